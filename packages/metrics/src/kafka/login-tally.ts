import type { KafkaAnswer, KafkaRequest, KafkaSession, SaslFacts } from "@pagoda/kafka";
import { noResponse } from "@pagoda/kafka";
import { SaslAuthenticate, SaslHandshake } from "@pagoda/kafka/protocol";

import type { KafkaFamilies } from "./families.ts";

/** Mechanisms that have a label of their own: the name is the client's word. */
const mechanisms: ReadonlySet<string> = new Set([
  "PLAIN",
  "SCRAM-SHA-256",
  "SCRAM-SHA-512",
  "OAUTHBEARER",
  "GSSAPI",
  "mTLS",
]);

function isLogin({ apiKey }: KafkaRequest): boolean {
  return apiKey === SaslHandshake.key || apiKey === SaslAuthenticate.key;
}

/** Counts the logins of one connection, as the session learns of them. */
export class LoginTally {
  readonly #families: KafkaFamilies;
  readonly #listener: string;
  readonly #session: KafkaSession;
  #mechanism = "other";
  #counted: SaslFacts | undefined;

  constructor(families: KafkaFamilies, listener: string, session: KafkaSession) {
    this.#families = families;
    this.#listener = listener;
    this.#session = session;
    if (session.certificateSubject !== undefined) this.#count("mTLS", "success");
  }

  answered(request: KafkaRequest, answer: KafkaAnswer): void {
    if (answer === noResponse) return;
    if (request.isRawToken) queueMicrotask(this.#check);
    else if (isLogin(request) && !(request.whole && answer.whole)) return;
    else if (request.is(SaslHandshake)) {
      this.#mechanism = request.body.mechanism;
      if (answer.is(SaslHandshake) && answer.body.errorCode !== 0) this.#count(this.#mechanism, "failure");
    } else if (request.is(SaslAuthenticate)) {
      if (answer.is(SaslAuthenticate) && answer.body.errorCode !== 0) this.#count(this.#mechanism, "failure");
      // The session is told of the same answer, by a tier outside of this one: after it.
      else queueMicrotask(this.#check);
    } else if (this.#session.sasl !== this.#counted) this.#check();
  }

  /** A broker that refuses a raw token closes the connection. */
  failed(request: KafkaRequest): void {
    if (request.isRawToken) this.#count(this.#mechanism, "failure");
  }

  readonly #check = (): void => {
    const { sasl } = this.#session;
    if (sasl === this.#counted) return;
    this.#counted = sasl;
    if (sasl !== undefined) this.#count(sasl.mechanism, "success");
  };

  #count(mechanism: string, outcome: "success" | "failure"): void {
    const labels = {
      listener: this.#listener,
      mechanism: mechanisms.has(mechanism) ? mechanism : "other",
    };
    for (const known of ["success", "failure"]) {
      this.#families.auth.cell({ ...labels, outcome: known }).value += known === outcome ? 1 : 0;
    }
  }
}
