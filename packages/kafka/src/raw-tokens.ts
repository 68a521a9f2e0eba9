import { SaslHandshake } from "./protocol/generated/index.ts";
import { apiOfKey } from "./protocol/lookup.ts";
import type { KafkaAnswer, KafkaRequest } from "./request.ts";
import { noResponse } from "./response.ts";

/**
 * Tells the SASL tokens of one connection from its requests. After SaslHandshake v0 (Kafka 0.10 to
 * 0.11, and whoever still speaks so) a client sends tokens as frames without a header, as many as
 * the mechanism takes: PLAIN one, SCRAM two, GSSAPI three or more. Then requests follow again.
 */
export class RawTokens {
  /** A SaslHandshake v0 is not answered yet: nobody knows what comes next. */
  undecided = false;
  #due: "none" | "first" | "more" = "none";

  /** The next frame is a token. */
  begin(): void {
    this.#due = "first";
  }

  /** Is that frame a token, and no request? The first one is, whatever it looks like. */
  isToken(frame: Uint8Array): boolean {
    if (this.#due === "none") return false;
    if (this.#due === "more" && beginsAsRequest(frame)) this.#due = "none";
    else this.#due = "more";
    return this.#due === "more";
  }
}

/** Is it a request that may make tokens of what follows? */
export function announcesTokens({ apiKey, apiVersion }: KafkaRequest): boolean {
  return apiKey === SaslHandshake.key && apiVersion === 0;
}

/** @throws MalformedMessageError */
export function isAccepted(answer: KafkaAnswer): boolean {
  return answer !== noResponse && answer.whole && answer.is(SaslHandshake) && answer.body.errorCode === 0;
}

/** Size, api key, version, correlation id and the client id's length. */
const leastBytes = 14;

/**
 * Tokens are text, or begin with 05 04 or 60 (GSSAPI): none has the key of an API, a version of it
 * and the length of a client id where requests have them.
 */
function beginsAsRequest(frame: Uint8Array): boolean {
  if (frame.length < leastBytes) return false;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  const api = apiOfKey(view.getInt16(4));
  const version = view.getInt16(6);
  const clientIdBytes = view.getInt16(12);
  // From 0: the oldest versions are those of the clients that do this.
  if (api === undefined || version < 0 || version > api.versions.max) return false;
  return clientIdBytes >= -1 && leastBytes + clientIdBytes <= frame.length;
}
