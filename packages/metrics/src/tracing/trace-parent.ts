import { createTraceState } from "@opentelemetry/api";
import type { SpanContext } from "@opentelemetry/api";
import type { RecordHeader } from "@pagoda/kafka/protocol";

/** The header that carries a trace context (W3C Trace Context, level 1), as producers write it. */
export const traceParentKey = "traceparent";
const traceStateKey = "tracestate";

/** `version-traceid-parentid-flags`; only a version after 00 may have more behind it. */
const traceParent = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/;
const longestBytes = 512;

/**
 * The context that a `traceparent` means, strictly by W3C Trace Context: lower case, no version ff, no
 * id of zeros, nothing behind a version 00. Undefined for anything else.
 */
export function parseTraceParent(text: string, state?: string): SpanContext | undefined {
  const parts = traceParent.exec(text);
  if (parts === null) return undefined;
  const [, version, traceId = "", spanId = "", flags = "", more] = parts;
  if (version === "ff" || (version === "00" && more !== undefined)) return undefined;
  if (isZero(traceId) || isZero(spanId)) return undefined;
  const traceFlags = Number.parseInt(flags, 16) & 0x01;
  const context = { traceId, spanId, traceFlags, isRemote: true };
  return state === undefined || state === "" ? context : { ...context, traceState: createTraceState(state) };
}

/** The `traceparent` that means a context. */
export function formatTraceParent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${(traceFlags & 0xff).toString(16).padStart(2, "0")}`;
}

/** Is it a header of this name, whatever its case? Some clients change it on the way. */
function hasKey({ key }: Pick<RecordHeader, "key">, name: string): boolean {
  return key.length === name.length && (key === name || key.toLowerCase() === name);
}

/** Has the record a `traceparent`, valid or not? Then its context is its producer's business. */
export function hasTraceParent(headers: readonly RecordHeader[]): boolean {
  return headers.some((header) => hasKey(header, traceParentKey));
}

/** The context that a record was created in. Of headers that repeat, the last counts, as Kafka's clients read it. */
export function traceContextOf(headers: readonly RecordHeader[]): SpanContext | undefined {
  if (headers.length === 0) return undefined;
  let parent: Uint8Array | null = null;
  let state: Uint8Array | null = null;
  for (const header of headers) {
    if (hasKey(header, traceParentKey)) parent = header.value;
    else if (hasKey(header, traceStateKey)) state = header.value;
  }
  const text = textOf(parent);
  return text === undefined ? undefined : parseTraceParent(text, textOf(state));
}

function textOf(value: Uint8Array | null): string | undefined {
  if (value === null || value.length > longestBytes) return undefined;
  return Buffer.from(value.buffer, value.byteOffset, value.length).toString("latin1");
}

function isZero(id: string): boolean {
  return /^0+$/.test(id);
}
