import type { Context } from "@pagoda/core";
import { peek } from "@pagoda/tcp";
import type { Connection } from "@pagoda/tcp";

import type { ApiDefinition } from "../protocol/api.ts";
import { encodeRequestFrame } from "../protocol/frame/encode-frame.ts";
import { decodeResponseBody, readResponseFrame } from "../protocol/frame/response-frame.ts";
import { ApiVersions } from "../protocol/generated/api-versions.ts";
import { SaslAuthenticate } from "../protocol/generated/sasl-authenticate.ts";
import { converse } from "./conversation.ts";
import type { AskBroker, BrokerSession } from "./conversation.ts";
import { LoginError, LoginFailedError } from "./login-error.ts";
import type { BeginSasl } from "./mechanism.ts";

export interface LogInOptions {
  /**
   * Milliseconds for the whole login; less, where the deadline of the context is sooner. A broker that refuses one waits first
   * (`connection.failed.authentication.delay.ms`).
   * @default 10000 (10 s)
   */
  readonly timeoutMs?: number;
}

/** What a broker sends before it has let anybody in is not large. */
const maxAnswerBytes = 65_536;

/**
 * Logs in to a broker on a connection that was just opened, before anything else is said on it.
 * Afterwards whoever uses the connection is who logged in; not a byte of theirs is taken.
 *
 * ```ts
 * const connection = await connect(broker, cx);
 * await logIn(connection, scram({ hash: "SHA-512", username, password }), cx);
 * ```
 * @throws LoginError; the reason, when `cx` is cancelled. The connection is the caller's to close.
 */
export async function logIn(
  connection: Connection,
  begin: BeginSasl,
  cx: Context,
  { timeoutMs = 10_000 }: LogInOptions = {},
): Promise<BrokerSession> {
  const ask = asker(connection, timeoutMs, cx);
  try {
    const { apiKeys } = await ask(ApiVersions, { version: 0, body: ApiVersions.request.of() });
    return await converse(ask, begin, authenticateVersionOf(apiKeys));
  } catch (error) {
    if (cx.cancelled) throw error;
    throw new LoginError(begin().name, connection.remote, error);
  }
}

/** The newest version of SaslAuthenticate that both know. */
function authenticateVersionOf(
  apiKeys: readonly { readonly apiKey: number; readonly maxVersion: number }[],
): number {
  const offered = apiKeys.find(({ apiKey }) => apiKey === SaslAuthenticate.key)?.maxVersion ?? 0;
  return Math.min(offered, SaslAuthenticate.versions.max);
}

function asker({ stream }: Connection, maxMs: number, cx: Context): AskBroker {
  let correlationId = 0;
  const timeoutMs = Math.ceil(Math.min(maxMs, cx.remainingMs()));
  const untilMs = performance.now() + timeoutMs;
  return async (api, { version, body }) => {
    const id = correlationId++;
    const leftMs = untilMs - performance.now();
    if (leftMs <= 0) throw tooLate(timeoutMs);
    stream.write(encodeRequestFrame(api, version, { correlationId: id, clientId: "pagoda" }, body));
    const frame = await frameFrom(stream, leftMs, cx);
    if (frame === undefined) throw tooLate(timeoutMs);
    return answerOf(frame, api, version, id);
  };
}

function tooLate(timeoutMs: number): LoginFailedError {
  return new LoginFailedError("timeout", `not logged in within ${timeoutMs} ms`);
}

function answerOf<Res>(
  frame: Uint8Array,
  api: ApiDefinition<unknown, Res> | ApiDefinition<never, Res>,
  version: number,
  id: number,
): Res {
  const read = readResponseFrame(frame, api, version);
  if (read.correlationId !== id) {
    const words = `${api.name} was answered with correlation id ${read.correlationId}, not ${id}`;
    throw new LoginFailedError("protocol", words);
  }
  return decodeResponseBody(read, api);
}

/** One frame, without its size; what may come behind it stays in the stream. Undefined: too late. */
async function frameFrom(
  stream: Connection["stream"],
  timeoutMs: number,
  cx: Context,
): Promise<Uint8Array | undefined> {
  const whole = (bytes: Buffer): number | undefined => {
    if (bytes.length < 4) return undefined;
    const length = 4 + bytes.readInt32BE(0);
    if (length < 8 || length > maxAnswerBytes)
      throw new LoginFailedError("protocol", `an answer of ${length} bytes makes no sense`);
    return bytes.length < length ? undefined : length;
  };
  const peeked = await peek(stream, { maxBytes: maxAnswerBytes, timeoutMs }, whole, cx);
  if (peeked.outcome === "decided") return (stream.read(peeked.value) as Buffer).subarray(4);
  if (peeked.outcome === "timeout") return undefined;
  throw new LoginFailedError("closed", "the broker closed the connection");
}
