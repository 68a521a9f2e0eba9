/**
 * Checks messages against vectors: lines of JSON with a message's bytes as Apache Kafka's serializers
 * wrote them and the same message as its JSON converter printed it.
 */
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { gunzipSync } from "node:zlib";

import { knownDifferences } from "../generator/merge-rules.ts";
import { apiOfKey, messageOfName } from "../src/protocol/lookup.ts";
import type { MessageCodec } from "../src/protocol/message.ts";
import type { Struct } from "../src/protocol/schema/schema.ts";
import type { UnknownTaggedField } from "../src/protocol/wire/reader.ts";

export interface MessageVector {
  readonly api: string;
  readonly key: number | null;
  readonly type: "request" | "response" | "header" | "data";
  readonly version: number;
  readonly flexible: boolean;
  readonly unstable: boolean;
  readonly headerVersion?: number;
  readonly kafka: string;
  readonly profile?: string;
  readonly json: Readonly<Record<string, unknown>>;
  readonly unknownTags?: readonly { readonly path: string; readonly tag: number; readonly hex: string }[];
  readonly hex: string;
}

/** The lines of a `.jsonl` or `.jsonl.gz` file. */
export function readVectors(file: string): MessageVector[] {
  const raw = readFileSync(file);
  const text = (file.endsWith(".gz") ? gunzipSync(raw) : raw).toString("utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as MessageVector);
}

/** `ProduceRequest v3` */
export function titleOf(vector: MessageVector): string {
  return `${messageNameOf(vector)} v${vector.version}`;
}

export function messageNameOf({ api, type }: MessageVector): string {
  if (type === "request") return `${api}Request`;
  return type === "response" ? `${api}Response` : api;
}

/** Field names that a later release changed, the bytes being the same. */
const renames: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  VoteRequest: {
    candidateEpoch: "replicaEpoch",
    candidateId: "replicaId",
    candidateDirectoryId: "replicaDirectoryId",
  },
};

/**
 * Why a vector says nothing about this codec: an earlier release wrote it while the version was
 * unstable, and a later one changed or withdrew the version. Null if the vector counts.
 */
export function skipReason(vector: MessageVector): string | null {
  const { version, unstable } = vector;
  if (!unstable || apiOfKey(vector.key ?? -1)?.unstableVersion === version) return null;
  const name = messageNameOf(vector);
  const { min, max } = messageOfName(name)?.validVersions ?? { min: 0, max: -1 };
  if (version < min || version > max) return "unstable, withdrawn since";
  const changed = knownDifferences.some(
    ({ message, versions: [from, to] }) => message === name && version >= from && version <= to,
  );
  return changed ? "unstable, changed since" : null;
}

/** What is wrong with how the codec reads and writes this vector; nothing if all is well. */
export function differencesOf(vector: MessageVector): string[] {
  const { version } = vector;
  const codec = messageOfName(messageNameOf(vector));
  if (codec === undefined) return ["no such message"];
  const bytes = Buffer.from(vector.hex, "hex");
  const json = renamed(vector.json, renames[codec.name] ?? {}) as Struct;
  const differences: string[] = [];
  const same = (what: string, got: unknown, want: unknown): void => {
    if (!isDeepStrictEqual(got, want)) differences.push(`${what}: ${firstDifference(got, want, "")}`);
  };
  try {
    same("api key", codec.apiKey, vector.key);
    same("flexible", isFlexible(codec, version), vector.flexible);
    if (vector.headerVersion !== undefined)
      same("header version", headerVersion(vector), vector.headerVersion);

    const decoded = codec.decode(bytes, version);
    same("decoded", codec.toJson(decoded, version), json);
    same(
      "unknown tagged fields",
      unknownTags(decoded, ""),
      (vector.unknownTags ?? []).map(showTag).toSorted(),
    );
    same("encoded again", hex(codec.encode(decoded, version)), vector.hex);

    const built = codec.fromJson(json, version);
    for (const { path, tag, hex } of vector.unknownTags ?? []) addTag(built as Struct, path, tag, hex);
    same("encoded from JSON", hex(codec.encode(built, version)), vector.hex);
    same("validated", codec.validate(built, version), []);
  } catch (error) {
    differences.push(String(error));
  }
  return differences;
}

function isFlexible({ flexibleVersions }: MessageCodec<unknown>, version: number): boolean {
  return flexibleVersions !== null && version >= flexibleVersions.min && version <= flexibleVersions.max;
}

function headerVersion({ key, type, version }: MessageVector): number | undefined {
  const api = apiOfKey(key ?? -1);
  return type === "request" ? api?.requestHeaderVersion(version) : api?.responseHeaderVersion(version);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function showTag({ path, tag, hex }: { path: string; tag: number; hex: string }): string {
  return `${path} ${tag} ${hex}`;
}

/** All unknown tagged fields below `value`, as {@link showTag} prints them, sorted. */
function unknownTags(value: unknown, path: string): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((element, index) => unknownTags(element, `${path}[${index}]`)).toSorted();
  }
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return [];
  return Object.entries(value)
    .flatMap(([name, inner]) => {
      if (name !== "unknownTaggedFields") return unknownTags(inner, path === "" ? name : `${path}.${name}`);
      const fields = (inner ?? []) as readonly UnknownTaggedField[];
      return fields.map(({ tag, data }) => showTag({ path, tag, hex: hex(data) }));
    })
    .toSorted();
}

function addTag(message: Struct, path: string, tag: number, data: string): void {
  let struct = message;
  for (const step of path.match(/[^.[\]]+/g) ?? []) struct = struct[step] as Struct;
  const fields = (struct["unknownTaggedFields"] ?? []) as UnknownTaggedField[];
  fields.push({ tag, data: Buffer.from(data, "hex") });
  struct["unknownTaggedFields"] = fields;
}

function renamed(json: unknown, names: Readonly<Record<string, string>>): unknown {
  if (Array.isArray(json)) return json.map((element) => renamed(element, names));
  if (typeof json !== "object" || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => [names[name] ?? name, renamed(value, names)]),
  );
}

function firstDifference(got: unknown, want: unknown, path: string): string {
  if (isObject(got) && isObject(want)) {
    for (const name of new Set([...Object.keys(want), ...Object.keys(got)])) {
      if (!isDeepStrictEqual(got[name], want[name])) {
        return firstDifference(got[name], want[name], path === "" ? name : `${path}.${name}`);
      }
    }
  }
  return `${path === "" ? "" : `${path} `}is ${show(got)}, should be ${show(want)}`;
}

function isObject(value: unknown): value is Struct {
  return typeof value === "object" && value !== null;
}

function show(value: unknown): string {
  const text = typeof value === "bigint" ? `${value}n` : (JSON.stringify(value) ?? "absent");
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
