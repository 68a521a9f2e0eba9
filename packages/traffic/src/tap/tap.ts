import { ProxyError, whole } from "@pagoda/core";
import { Observable } from "rxjs";
import type { ExchangeWatcher } from "@pagoda/metrics";

import type { TapMessage, TapRequest } from "../view/tap-event.ts";
import { ConnectionTap } from "./connection-tap.ts";
import type { TapState } from "./connection-tap.ts";
import { Redaction } from "./redaction.ts";
import type { RedactRule } from "./redaction.ts";
import { TapSession } from "./session.ts";
import type { TapCounts } from "./session.ts";
import type { TapConnection } from "./tap-connection.ts";
import { tapSettings } from "./tap-settings.ts";

export interface TapOptions {
  /** Whether sessions may ask for the values of records. */
  readonly allowValues: boolean;
  /** What of records must not be seen. Applied in order, before anything leaves. @default none */
  readonly redact?: readonly RedactRule[];
  /** Sessions at a time; one more fails with TAP_SESSIONS. @default 20 */
  readonly maxSessions?: number;
  /** Who counts. @default nobody */
  readonly metrics?: TapCounts;
  /** Unix milliseconds. @default Date.now */
  readonly now?: () => number;
}

/** There are `maxSessions` tap sessions already. */
export class TapSessionsError extends ProxyError {
  readonly code = "TAP_SESSIONS";
  readonly retriable = true;
  readonly kind = "overload";
  constructor(maxSessions: number) {
    super(`there are ${maxSessions} tap sessions already: close one first`);
  }
}

/**
 * Shows requests with their answers to those who ask, as they end. One for all connections of a process;
 * each has a watcher of its own, which compares one number for an exchange while nobody taps.
 *
 * - An exchange is held against a filter in the order of what that costs: connection, client, api,
 *   slowerThanMs and error first, topic and group, for which a body may have to be decoded, last.
 * - Beyond `maxPerSecond` nothing is decoded: what a filter by topic, group or error may have let
 *   through is counted as left out. A second's worth may come at once.
 * - Long polls that got nothing are not slow, however long they waited.
 * - `error: "any"` has requests in it that were never answered, but for those that wanted no answer.
 *   One by its name may be the code that a request failed with.
 * - Nothing of a body is shown but names, numbers and error codes, and records where they are asked
 *   for: no password, token or key of a login is.
 */
export class Tap {
  readonly #state: TapState;
  readonly #maxSessions: number;
  readonly #metrics: TapCounts | undefined;

  /** @throws RangeError for a rule or limit that makes no sense. */
  constructor({ allowValues, redact, maxSessions = 20, metrics, now = Date.now }: TapOptions) {
    this.#state = { sessions: [], allowValues, redaction: new Redaction(redact), now };
    this.#maxSessions = whole("maxSessions", maxSessions, 1);
    this.#metrics = metrics;
  }

  /** Sessions that are open. */
  get sessions(): number {
    return this.#state.sessions.length;
  }

  /** Watches one client's connection. */
  watch(client: TapConnection): ExchangeWatcher {
    return new ConnectionTap(this.#state, client);
  }

  /**
   * What passes and the filter lets through, from when it is subscribed to until it is unsubscribed
   * from: each subscription is a session. It never completes.
   *
   * Messages come on the path of the request: whoever subscribes must not throw, and must be quick. One
   * who may be slow, as a writer to a socket, reads them through `buffered`.
   *
   * @throws TapSessionsError at the limit; a subscription fails with it as well
   * @throws RangeError, which names the option, for a request that makes no sense
   */
  open(request: TapRequest): Observable<TapMessage> {
    const settings = tapSettings(request);
    this.#checkRoom();
    return new Observable<TapMessage>((subscriber) => {
      this.#checkRoom();
      const session = new TapSession(settings, subscriber, this.#metrics);
      this.#state.sessions = [...this.#state.sessions, session];
      this.#metrics?.sessions(1);
      return () => {
        this.#state.sessions = this.#state.sessions.filter((one) => one !== session);
        this.#metrics?.sessions(-1);
        session.close();
      };
    });
  }

  #checkRoom(): void {
    if (this.#state.sessions.length >= this.#maxSessions) throw new TapSessionsError(this.#maxSessions);
  }
}
