import { Context, layer, milliseconds, TimeoutError } from "@pagoda/core";
import type { SameLayer } from "@pagoda/core";

import { ask } from "../ask.ts";
import type { KafkaAnswer, KafkaRequest } from "../request.ts";
import { converse } from "./conversation.ts";
import type { AskBroker, BrokerSession } from "./conversation.ts";
import { LoginError } from "./login-error.ts";
import type { BeginSasl } from "./mechanism.ts";

export interface ReauthenticateOptions {
  readonly begin: BeginSasl;
  /** The login that the connection began with; undefined before there is a connection. */
  readonly session: () => BrokerSession | undefined;
  /** Told that the broker does not let it in again: the connection is of no more use. Must not throw. */
  readonly onFailed: (error: LoginError) => void;
  /**
   * Milliseconds for the whole login; then it has failed. A broker answers in order, so what was under
   * way before counts too: a JoinGroup waits for as long as its group takes to rebalance.
   * @default 600000 (10 minutes, twice what consumers' `max.poll.interval.ms` allows)
   */
  readonly timeoutMs?: number;
  /** A clock in milliseconds that does not go back. @default performance.now */
  readonly now?: () => number;
}

/** How much of a session's life passes before it is renewed; Kafka's clients take 0.85 to 0.95. */
const share = 0.85;

/**
 * Logs in again on the same connection before the broker's session ends (KIP-368), when the next
 * request comes: a broker that has seen none does not mind. Requests wait meanwhile, in order, until they are
 * cancelled; those under way are answered. How many may wait is for whoever calls: `serveKafka` bounds a client's.
 *
 * Innermost, next to `kafkaClient`, in the stack of one connection that `logIn` has logged in.
 */
export function reauthenticate(options: ReauthenticateOptions): SameLayer<KafkaRequest, KafkaAnswer> {
  const { begin, session, onFailed, now = () => performance.now() } = options;
  const timeoutMs = milliseconds("timeoutMs", options.timeoutMs ?? 600_000);

  return layer("reauthenticate", (inner) => {
    let renewed: BrokerSession | undefined;
    let renewing: Promise<void> | undefined;

    /** The session that is to be renewed by now. */
    const due = (): BrokerSession | undefined => {
      const current = renewed ?? session();
      if (current === undefined || current.lifetimeMs <= 0) return undefined;
      return now() >= current.sinceMs + current.lifetimeMs * share ? current : undefined;
    };
    const renew = async ({ authenticateVersion }: BrokerSession): Promise<void> => {
      // Of no client's context: who began it may go away, and others wait for it.
      const login = Context.background().fork();
      const timer = setTimeout(() => login.cancel(new TimeoutError(timeoutMs)), timeoutMs);
      try {
        const own: AskBroker = (api, request) => ask(inner, api, request, login);
        renewed = await login.race(converse(own, begin, authenticateVersion));
      } catch (error) {
        const failure = new LoginError(begin().name, undefined, error);
        onFailed(failure);
        throw failure;
      } finally {
        clearTimeout(timer);
        // Who comes before those who wait have gone on waits as well: nobody is overtaken.
        setImmediate(() => {
          renewing = undefined;
        });
      }
    };

    /** Calls straight from the end of `renewal`: another promise between would let others overtake. */
    const after = (renewal: Promise<void>, request: KafkaRequest, cx: Context): Promise<KafkaAnswer> => {
      return new Promise((resolve, reject) => {
        const stop = cx.onCancel(reject);
        const goOn = (): void => {
          if (!cx.cancelled) resolve(inner.call(request, cx));
        };
        void renewal.then(goOn).catch(reject).finally(stop);
      });
    };

    return (request: KafkaRequest, cx: Context) => {
      if (renewing === undefined) {
        const old = due();
        if (old === undefined) return inner.call(request, cx);
        renewing = renew(old);
      }
      return after(renewing, request, cx);
    };
  });
}
