import type { ApiDefinition } from "../protocol/api.ts";
import { kafkaErrorOf } from "../protocol/errors/error-codes.ts";
import { SaslAuthenticate } from "../protocol/generated/sasl-authenticate.ts";
import { SaslHandshake } from "../protocol/generated/sasl-handshake.ts";
import { LoginFailedError } from "./login-error.ts";
import type { BeginSasl } from "./mechanism.ts";
import { shown } from "./shown.ts";

/** Asks the broker, and waits for the answer. */
export type AskBroker = <Req, Res>(
  api: ApiDefinition<Req, Res>,
  request: { readonly version: number; readonly body: Req },
) => Promise<Res>;

/** A login that a broker has accepted. */
export interface BrokerSession {
  /** Milliseconds until the broker wants to see it again (KIP-368); 0: never. */
  readonly lifetimeMs: number;
  /** When it was accepted, on the clock of `performance.now()`. */
  readonly sinceMs: number;
  /** The version of SaslAuthenticate that broker and codec both have. */
  readonly authenticateVersion: number;
}

/** Messages of any mechanism at most: a server that always asks for one more is not followed for ever. */
const maxSteps = 10;

/**
 * Logs in by SaslHandshake v1 and SaslAuthenticate, in the newest version that broker and codec have.
 * @throws LoginFailedError
 */
export async function converse(
  ask: AskBroker,
  begin: BeginSasl,
  authenticateVersion: number,
): Promise<BrokerSession> {
  const sasl = begin();
  const { errorCode, mechanisms } = await ask(SaslHandshake, {
    version: 1,
    body: SaslHandshake.request.of({ mechanism: sasl.name }),
  });
  if (errorCode !== 0) {
    const offered = mechanisms.length === 0 ? "" : ` (it takes ${shown(mechanisms.join(", "))})`;
    throw new LoginFailedError("auth", `the broker says ${kafkaErrorOf(errorCode).name}${offered}`);
  }
  let token: Uint8Array | undefined = sasl.first();
  let lifetimeMs = 0;
  for (let step = 0; token !== undefined; step++) {
    if (step === maxSteps)
      throw new LoginFailedError("protocol", `the broker has not had enough after ${maxSteps} messages`);
    // oxlint-disable-next-line no-await-in-loop -- a conversation: one message after the other
    const answer = await ask(SaslAuthenticate, {
      version: authenticateVersion,
      body: SaslAuthenticate.request.of({ authBytes: token }),
    });
    if (answer.errorCode !== 0) {
      const said = answer.errorMessage === null ? "" : ` (${shown(answer.errorMessage)})`;
      throw new LoginFailedError("auth", `the broker says ${kafkaErrorOf(answer.errorCode).name}${said}`);
    }
    lifetimeMs = Number(answer.sessionLifetimeMs);
    // oxlint-disable-next-line no-await-in-loop -- as above
    token = await nextOf(sasl.next(answer.authBytes));
  }
  return { lifetimeMs, sinceMs: performance.now(), authenticateVersion };
}

async function nextOf(next: Promise<Uint8Array | undefined>): Promise<Uint8Array | undefined> {
  try {
    return await next;
  } catch (error) {
    throw new LoginFailedError("auth", error instanceof Error ? error.message : String(error), {
      cause: error,
    });
  }
}
