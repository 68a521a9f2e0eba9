import { brokerApis } from "@pagoda/kafka";
import type { AnyApi } from "@pagoda/kafka/protocol";

import { wrap } from "../text.ts";
import { apiFacts } from "./api-facts.ts";
import { fieldLines, fieldsOf } from "./field-tree.ts";
import type { ExplainedField } from "./field-tree.ts";

/** What `pagoda explain Produce -o json` prints. */
export interface ExplainedApi {
  readonly kind: "api";
  readonly name: string;
  readonly key: number;
  readonly versions: { readonly min: number; readonly max: number };
  /** The first version with compact lengths and tagged fields; null if there is none. */
  readonly flexibleSince: number | null;
  /** The version that Kafka may still change; null if none. */
  readonly unstableVersion: number | null;
  readonly usedBy: string;
  readonly does: string | null;
  readonly commonErrors: readonly string[];
  readonly request: ExplainedMessage;
  readonly response: ExplainedMessage;
}

interface ExplainedMessage {
  readonly name: string;
  readonly version: number;
  readonly fields: readonly ExplainedField[];
}

/** Everything that is known of an API. */
export function explainApi(api: AnyApi): ExplainedApi {
  const { name, key, versions, flexibleVersions, unstableVersion } = api;
  const facts = Object.hasOwn(apiFacts, name) ? apiFacts[name as keyof typeof apiFacts] : undefined;
  const message = (codec: AnyApi["request"]): ExplainedMessage => ({
    name: codec.name,
    version: versions.max,
    fields: fieldsOf(codec.schema, versions.max),
  });
  return {
    kind: "api",
    name,
    key,
    versions,
    flexibleSince: flexibleVersions?.min ?? null,
    unstableVersion,
    usedBy: usersOf(api),
    does: facts?.does ?? null,
    commonErrors: facts?.errors ?? [],
    request: message(api.request),
    response: message(api.response),
  };
}

/** The explanation as text. */
export function formatApi(api: ExplainedApi): string {
  const { name, key, versions, flexibleSince, unstableVersion, usedBy, does, commonErrors } = api;
  const flexible = flexibleSince === null ? "none is flexible" : `flexible from ${flexibleSince} on`;
  const unstable = unstableVersion === null ? "" : `; ${unstableVersion} may still change`;
  const parts = [
    `${name} (API key ${key})\n`,
    ...(does === null ? [] : [`It ${does}.\n`]),
    `VERSIONS  ${versions.min} to ${versions.max} are known here, ${flexible}${unstable}`,
    `USED BY   ${usedBy}`,
  ];
  if (commonErrors.length > 0) {
    parts.push(`ERRORS    ${wrap(commonErrors.join(", "), 68).join(`\n${" ".repeat(10)}`)}`);
  }
  for (const [label, { name: message, version, fields }] of [
    ["REQUEST", api.request],
    ["RESPONSE", api.response],
  ] as const) {
    const lines = fields.length === 0 ? ["  (no fields)"] : fieldLines(fields);
    parts.push(`\n${label}   `.trimEnd().concat(`  ${message} v${version}`), ...lines);
  }
  return `${parts.join("\n")}\n`;
}

function usersOf({ name, versions }: AnyApi): string {
  const brokersFrom = Object.hasOwn(brokerApis, name)
    ? brokerApis[name as keyof typeof brokerApis]
    : undefined;
  if (brokersFrom === undefined) return "clients, at any broker that serves it";
  if (brokersFrom <= versions.min) return "brokers and controllers among themselves";
  return `clients up to version ${brokersFrom - 1}, brokers among themselves from ${brokersFrom} on`;
}
