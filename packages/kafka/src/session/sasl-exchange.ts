import { readPrincipal } from "./principal.ts";

/** How a client has authenticated by SASL. */
export interface SaslFacts {
  readonly mechanism: string;
  /** Undefined where it cannot be read from what passes: GSSAPI, delegation tokens, opaque OAuth tokens. */
  readonly principal: string | undefined;
}

/**
 * One SASL exchange as it passes: token and challenge, token and challenge, until the broker accepts.
 * It takes pairs, in order, so that what a client sends ahead of the answers changes nothing.
 */
export class SaslExchange {
  readonly mechanism: string;
  #steps = 0;
  #principal: string | undefined;

  constructor(mechanism: string) {
    this.mechanism = mechanism;
  }

  /**
   * The broker took `token` and answered `challenge`. True once that ends the exchange with success;
   * for a mechanism whose end cannot be told from its bytes, never.
   */
  step(token: Uint8Array, challenge: Uint8Array): boolean {
    // Who it is stands in the first token. Another claim later on is not the broker's to confirm.
    if (this.#steps === 0) this.#principal = readPrincipal(this.mechanism, token);
    this.#steps += 1;
    return succeeded(this.mechanism, challenge);
  }

  /** Whether only what the broker does next can tell that it has succeeded. */
  get openEnded(): boolean {
    return this.#steps > 0 && !endsVisibly(this.mechanism);
  }

  get facts(): SaslFacts {
    return { mechanism: this.mechanism, principal: this.#principal };
  }
}

function endsVisibly(mechanism: string): boolean {
  return mechanism === "PLAIN" || mechanism === "OAUTHBEARER" || mechanism.startsWith("SCRAM-");
}

function succeeded(mechanism: string, challenge: Uint8Array): boolean {
  if (mechanism === "PLAIN") return true;
  // Otherwise it is a JSON of what is wrong, and the client has to take note before it is refused.
  if (mechanism === "OAUTHBEARER") return challenge.length === 0;
  // `v=`: the server's signature.
  return mechanism.startsWith("SCRAM-") && challenge[0] === 0x76 && challenge[1] === 0x3d;
}
