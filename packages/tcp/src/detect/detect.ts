import { callable, layer, milliseconds, ProxyError, whole } from "@pagoda/core";
import type { Context, Layer, Service } from "@pagoda/core";

import type { Connection } from "../connection.ts";
import { peek } from "../peek.ts";
import type { Detected, Detection } from "./detection.ts";
import type { Detector, Facts } from "./detector.ts";
import { http1Detector } from "./http1.ts";
import { http2Detector } from "./http2.ts";
import { kafkaDetector } from "./kafka.ts";
import { tlsDetector } from "./tls.ts";

/** The detectors that are asked unless told otherwise: Kafka, TLS, HTTP/1 and HTTP/2. */
export const defaultDetectors: readonly Detector[] = [
  kafkaDetector,
  tlsDetector,
  http1Detector,
  http2Detector,
];

/** What {@link detect} reads of a connection. */
export type Detectable = Pick<Connection, "stream" | "close">;

/**
 * Finds out what a connection speaks and writes it on the connection as `detected`, before the
 * services below take it. Below whatever changes the bytes (a PROXY header, TLS), above the
 * `route` that branches by protocol.
 *
 * Nothing found, a silent client and a limit reached are results, not failures: the protocol is
 * then `unknown` and the connection goes on. What was read is given back.
 *
 * Forwarding what is `unknown` lets any TCP through, and past the layers of the other branches: a
 * client becomes unknown by waiting. Where those layers must see everything, give a hint and
 * `onMismatch: "close"`.
 */
export interface DetectOptions<C> {
  /**
   * The protocol that the configuration says, one of the detectors' or `opaque`. It is not searched
   * for then. `opaque` passes the connection on without waiting for a byte, as protocols need in
   * which the server speaks first.
   * @default none: the first bytes decide
   */
  readonly hint?: string;
  /**
   * What becomes of a connection whose first bytes are not what the hint says. A client that says
   * too little to tell has the hint believed, after `timeoutMs` at most.
   *
   * - `opaque`: the protocol is `unknown`, to be forwarded as it is.
   * - `close`: it is closed (`protocol_error`) and the call fails with PROTOCOL_MISMATCH.
   * - `ignore`: the hint is not checked, and nothing waited for.
   *
   * @default "opaque"
   */
  readonly onMismatch?: "opaque" | "close" | "ignore";
  /**
   * Who is asked: the first to match decides.
   * @default defaultDetectors
   */
  readonly detectors?: readonly Detector[];
  /**
   * How many bytes are looked at. When they do not suffice, the outcome is `limit`.
   * @default 8192 (8 KiB, several times a ClientHello)
   */
  readonly maxBytes?: number;
  /**
   * Milliseconds to wait for bytes that decide. When they do not come, the outcome is `timeout`: so
   * long is a server kept from speaking first when there is no hint.
   * @default 1000 (1 second)
   */
  readonly timeoutMs?: number;
  /** Told of every result, before the services below or the close. Must not throw. */
  readonly onDetected?: (connection: NoInfer<C>, detection: Detection) => void;
}

/** The first bytes of a connection are not of the protocol that its listener is for. */
export class ProtocolMismatchError extends ProxyError {
  readonly code = "PROTOCOL_MISMATCH";
  readonly retriable = false;
  readonly kind = "protocol";
  /** The protocol that was expected. */
  readonly expected: string;
  constructor(expected: string) {
    super(`the first bytes are not ${expected}`);
    this.expected = expected;
  }
}

/** Writes on each connection what it speaks; see {@link DetectOptions}. */
export function detect<C extends Detectable, Res>(
  options: DetectOptions<C> = {},
): Layer<Service<C & Detected, Res>, Service<C, Res>> {
  const { hint, detectors = defaultDetectors, onDetected } = options;
  const onMismatch = oneOf("onMismatch", options.onMismatch ?? "opaque", ["opaque", "close", "ignore"]);
  const bounds = {
    maxBytes: whole("maxBytes", options.maxBytes ?? 8192, 1),
    timeoutMs: milliseconds("timeoutMs", options.timeoutMs ?? 1_000),
  };
  if (onDetected !== undefined) callable("onDetected", onDetected);
  const protocols = detectors.map(({ protocol }) => protocol);
  if (hint === undefined && detectors.length === 0) throw new RangeError("detectors must not be empty");
  if (hint !== undefined) oneOf("hint", hint, ["opaque", ...new Set(protocols)]);
  const asked = hint === undefined ? detectors : detectors.filter(({ protocol }) => protocol === hint);
  const trusted = onMismatch === "ignore" || hint === "opaque" ? hint : undefined;

  return layer("detect", (inner) => {
    const passOn = (connection: C, detection: Detection, cx: Context): Promise<Res> => {
      const detected = Object.assign(connection, { detected: detection });
      onDetected?.(detected, detection);
      const refused = hint !== undefined && detection.outcome === "no_match";
      if (!refused || onMismatch !== "close") return inner.call(detected, cx);
      const error = new ProtocolMismatchError(hint);
      connection.close("protocol_error", error);
      return Promise.reject(error);
    };
    if (trusted !== undefined) {
      return (connection: C, cx: Context) => passOn(connection, unchecked(trusted), cx);
    }
    return async (connection: C, cx: Context) => {
      const detection = await look(connection, hint, asked, bounds, cx);
      return passOn(connection, detection, cx);
    };
  });
}

function oneOf<T extends string>(name: string, value: T, known: readonly T[]): T {
  if (known.includes(value)) return value;
  throw new RangeError(`${name} must be one of ${known.join(", ")}, got ${JSON.stringify(value)}`);
}

function unchecked(protocol: string): Detection {
  return {
    protocol,
    detail: undefined,
    source: "hint",
    outcome: "unchecked",
    durationMs: 0,
    bytes: 0,
    serverName: undefined,
    alpn: [],
  };
}

async function look(
  { stream }: Detectable,
  hint: string | undefined,
  detectors: readonly Detector[],
  bounds: { readonly maxBytes: number; readonly timeoutMs: number },
  cx: Context,
): Promise<Detection> {
  const startedAtMs = performance.now();
  const search = new Search(detectors);
  const peeked = await peek(stream, bounds, (bytes) => search.judge(bytes), cx);
  const facts: Facts = peeked.outcome === "decided" ? peeked.value : {};
  let outcome: Detection["outcome"] = peeked.outcome === "decided" ? "no_match" : peeked.outcome;
  // A match stands, even when the facts that go with it did not come.
  if (search.matched !== undefined) outcome = "match";
  const expected = outcome === "no_match" ? undefined : hint;
  return {
    protocol: search.matched?.protocol ?? expected ?? "unknown",
    detail: facts.detail,
    source: hint === undefined ? "peek" : "hint",
    outcome,
    durationMs: performance.now() - startedAtMs,
    bytes: peeked.bytes.length,
    serverName: facts.serverName,
    alpn: facts.alpn ?? [],
  };
}

/** Asks detectors about bytes that become more, each until it has answered for good. */
class Search {
  matched: Detector | undefined;
  #open: readonly Detector[];

  constructor(detectors: readonly Detector[]) {
    this.#open = detectors;
  }

  /** The facts of the match, or none when all have refused; `undefined` asks for more bytes. */
  judge(bytes: Uint8Array): Facts | undefined {
    if (this.matched === undefined) {
      const verdicts = this.#open.map((detector) => detector.detect(bytes));
      this.matched = this.#open[verdicts.indexOf("match")];
      this.#open = this.#open.filter((_, at) => verdicts[at] === "more");
    }
    if (this.matched === undefined) return this.#open.length === 0 ? {} : undefined;
    return this.matched.facts === undefined ? {} : this.matched.facts(bytes);
  }
}
