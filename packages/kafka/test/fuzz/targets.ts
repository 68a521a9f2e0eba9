/**
 * What the fuzzer runs: every parser of this folder with bytes that are nearly right. A target throws
 * when a parser does what it must not: another error than ours, or a message that does not survive
 * being written and read again.
 */
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";

import { FrameDecoder, FrameError } from "../../src/protocol/frame/frame-decoder.ts";
import { decodeRequestBody, readRequestFrame } from "../../src/protocol/frame/request-frame.ts";
import { decodeResponseBody, readResponseFrame } from "../../src/protocol/frame/response-frame.ts";
import {
  skimFetchResponse,
  skimProduceRequest,
  skimProduceResponse,
  skimShareFetchResponse,
} from "../../src/protocol/generated/skims.ts";
import { apiOfKey, messageOfName } from "../../src/protocol/lookup.ts";
import type { MessageCodec } from "../../src/protocol/message.ts";
import { messageNameOf, readVectors, skipReason } from "../message-vectors.ts";
import type { MessageVector } from "../message-vectors.ts";
import { mutate } from "./mutate.ts";
import type { Random } from "./random.ts";

export interface FuzzTarget {
  readonly name: string;
  /** One try. Throws what is wrong, with what it takes to see it again. */
  run(random: Random): void;
}

interface Seed {
  readonly vector: MessageVector;
  readonly codec: MessageCodec<unknown>;
  readonly bytes: Uint8Array;
}

const files = ["vectors.jsonl.gz", "legacy-vectors.jsonl.gz", "data-vectors.jsonl.gz"];

/** Every vector with its codec. */
export const seeds: readonly Seed[] = files
  .flatMap((file) => readVectors(join(import.meta.dirname, "../vectors", file)))
  .filter((vector) => skipReason(vector) === null)
  .map((vector) => {
    const codec = messageOfName(messageNameOf(vector));
    if (codec === undefined) throw new TypeError(`no codec for ${messageNameOf(vector)}`);
    return { vector, codec, bytes: Buffer.from(vector.hex, "hex") };
  });

const decodeErrors: ReadonlySet<string> = new Set(["MALFORMED_MESSAGE", "UNSUPPORTED_VERSION"]);

/**
 * Decodes `bytes`, and what it gave once more from what that is written as.
 * @returns whether they are a message
 */
export function decodeTwice(codec: MessageCodec<unknown>, bytes: Uint8Array, version: number): boolean {
  const message = attempt(() => codec.decode(bytes, version), decodeErrors);
  if (message === failed) return false;
  // Text that was no UTF-8 has grown in reading: it may be too long now.
  const written = attempt(() => codec.encode(message, version), new Set(["INVALID_MESSAGE"]));
  if (written === failed) return true;
  const again = codec.decode(written as Uint8Array, version);
  if (!isDeepStrictEqual(again, message)) throw new Error("reads otherwise than it was written");
  return true;
}

const failed = Symbol("failed");

/** What `work` returns, or {@link failed} if it fails with one of our errors. */
function attempt(work: () => unknown, codes: ReadonlySet<string>): unknown {
  try {
    return work();
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    const ours = typeof error === "object" && error !== null && "~pagoda/ProxyError" in error;
    if (ours && typeof code === "string" && codes.has(code)) return failed;
    throw error;
  }
}

function withCase(name: string, bytes: Uint8Array, work: () => void): void {
  try {
    work();
  } catch (error) {
    throw new Error(`${name} ${Buffer.from(bytes).toString("hex")}: ${String(error)}`, { cause: error });
  }
}

const skims = {
  ProduceRequest: skimProduceRequest,
  ProduceResponse: skimProduceResponse,
  FetchResponse: skimFetchResponse,
  ShareFetchResponse: skimShareFetchResponse,
};

const messageTarget: FuzzTarget = {
  name: "message",
  run(random) {
    const { vector, codec, bytes } = random.pick(seeds);
    const mutated = mutate(bytes, random);
    // Now and then another version's decoder, which has to make as little of it.
    const { min, max } = codec.validVersions;
    const version = random.below(8) === 0 ? min + random.below(max - min + 1) : vector.version;
    withCase(`${codec.name} v${version}`, mutated, () => decodeTwice(codec, mutated, version));
  },
};

const skimTarget: FuzzTarget = {
  name: "skim",
  run(random) {
    const name = random.pick(Object.keys(skims) as (keyof typeof skims)[]);
    const { vector, bytes } = random.pick(seeds.filter(({ codec }) => codec.name === name));
    const mutated = mutate(bytes, random);
    withCase(`${name} v${vector.version}`, mutated, () => {
      attempt(() => skims[name](mutated, vector.version, () => {}), decodeErrors);
    });
  },
};

const requestFrameTarget: FuzzTarget = {
  name: "request-frame",
  run(random) {
    const { vector, bytes } = random.pick(requests);
    const header = Buffer.alloc(15);
    header.writeInt16BE(vector.key ?? -1, 0);
    header.writeInt16BE(vector.version, 2);
    header.writeInt16BE(4, 8);
    const frame = mutate(
      Buffer.concat([vector.headerVersion === 2 ? header : header.subarray(0, 14), bytes]),
      random,
    );
    withCase("request frame", frame, () => {
      attempt(() => decodeRequestBody(readRequestFrame(frame)), decodeErrors);
    });
  },
};

const responseFrameTarget: FuzzTarget = {
  name: "response-frame",
  run(random) {
    const { vector, bytes } = random.pick(responses);
    const api = apiOfKey(vector.key ?? -1);
    if (api === undefined) throw new TypeError(`no api ${vector.key}`);
    const frame = mutate(Buffer.concat([Buffer.alloc(vector.headerVersion === 1 ? 5 : 4), bytes]), random);
    withCase(`response frame of ${api.name} v${vector.version}`, frame, () => {
      attempt(() => decodeResponseBody(readResponseFrame(frame, api, vector.version), api), decodeErrors);
    });
  },
};

const requests = seeds.filter(({ vector }) => vector.type === "request");
const responses = seeds.filter(({ vector }) => vector.type === "response");

const frameDecoderTarget: FuzzTarget = {
  name: "frame-decoder",
  run(random) {
    const bytes = Buffer.concat(
      Array.from({ length: 1 + random.below(4) }, () => {
        const size = Buffer.alloc(4);
        const body = random.bytes(random.below(30));
        size.writeInt32BE(body.length);
        return Buffer.concat([size, body]);
      }),
    );
    const stream = mutate(bytes, random);
    withCase("frames", stream, () => {
      const whole = framesOf(stream, () => stream.length);
      const cut = framesOf(stream, () => 1 + random.below(7));
      if (!isDeepStrictEqual(whole, cut)) throw new Error("other frames when cut");
    });
  },
};

/** The frames of `stream` in hex, and the error that ended it. */
function framesOf(stream: Uint8Array, chunkBytes: () => number): string[] {
  const decoder = new FrameDecoder({ maxFrameBytes: 1000 });
  const frames: Uint8Array[] = [];
  let ending = "";
  try {
    for (let at = 0; at < stream.length;) {
      const end = at + chunkBytes();
      frames.push(...decoder.push(stream.subarray(at, end)));
      at = end;
    }
    decoder.end();
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    frames.push(...error.framesBefore);
    ending = error.code;
  }
  return [...frames.map((frame) => Buffer.from(frame).toString("hex")), ending];
}

const jsonTarget: FuzzTarget = {
  name: "json",
  run(random) {
    const { vector, codec } = random.pick(seeds);
    const text = Buffer.from(JSON.stringify(vector.json));
    let json: unknown;
    try {
      json = JSON.parse(Buffer.from(mutate(text, random)).toString("utf8"));
    } catch {
      json = damaged(vector.json, random);
    }
    withCase(`${codec.name} v${vector.version} from JSON`, Buffer.from(JSON.stringify(json) ?? ""), () => {
      attempt(
        () => codec.encode(codec.fromJson(json, vector.version), vector.version),
        new Set(["INVALID_MESSAGE"]),
      );
    });
  },
};

/** `json` with one value, somewhere, of another kind. */
function damaged(json: unknown, random: Random): unknown {
  if (typeof json !== "object" || json === null || random.below(4) === 0) {
    return random.pick([null, true, -1, 1.5, 1e300, "x", "", [], {}] as unknown[]);
  }
  const copy = structuredClone(json) as Record<string, unknown>;
  const names = Object.keys(copy);
  if (names.length === 0) return 7;
  const name = random.pick(names);
  copy[name] = damaged(copy[name], random);
  return copy;
}

export const protocolTargets: readonly FuzzTarget[] = [
  messageTarget,
  skimTarget,
  requestFrameTarget,
  responseFrameTarget,
  frameDecoderTarget,
  jsonTarget,
];
