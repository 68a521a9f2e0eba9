import type { ExchangeWatcher, Outcome, PartitionFacts, WatchedExchange } from "@pagoda/metrics";

import type { TapEvent } from "../view/tap-event.ts";
import { ExchangeDetails } from "./exchange-details.ts";
import type { Draft } from "./exchange-details.ts";
import { previewRecords } from "./preview.ts";
import type { Redaction } from "./redaction.ts";
import type { CheapFacts, TapSession } from "./session.ts";
import type { TapConnection } from "./tap-connection.ts";
import { apiName, noAnswerOf, tapEventOf, withRecords } from "./tap-event-of.ts";
import { maxListed, ToldTopics } from "./told.ts";

/** What connections share: who taps at the moment, and what they may be shown. */
export interface TapState {
  /** Another list whenever a session comes or goes. */
  sessions: readonly TapSession[];
  readonly allowValues: boolean;
  readonly redaction: Redaction;
  readonly now: () => number;
}

/** Shows what passes on one client's connection to those who tap. */
export class ConnectionTap implements ExchangeWatcher {
  readonly #state: TapState;
  readonly #client: TapConnection;
  // Of the exchange told last: mostly it is told and ends before another is.
  #of: WatchedExchange | undefined;
  #draft: Draft | undefined;
  // Of others, told side by side. One that ends unheard of, as it may, goes with its exchange.
  #others: WeakMap<WatchedExchange, Draft> | undefined;
  #unwanted: WatchedExchange | undefined;
  #facts: CheapFacts | undefined;
  #factsKey = Number.NaN;

  constructor(state: TapState, client: TapConnection) {
    this.#state = state;
    this.#client = client;
  }

  produced(exchange: WatchedExchange, partition: PartitionFacts, acks: number): void {
    if (this.#state.sessions.length === 0) return;
    const draft = this.#draftOf(exchange);
    if (draft === undefined) return;
    draft.acks = acks;
    draft.topics.add(partition, -1);
  }

  acknowledged(exchange: WatchedExchange, partition: PartitionFacts): void {
    if (this.#state.sessions.length === 0) return;
    this.#draftOf(exchange)?.topics.add(partition, partition.baseOffset);
  }

  fetched(exchange: WatchedExchange, partition: PartitionFacts): void {
    if (this.#state.sessions.length === 0) return;
    this.#draftOf(exchange)?.topics.add(partition, partition.baseOffset);
  }

  error(exchange: WatchedExchange, code: number): void {
    if (this.#state.sessions.length === 0) return;
    const codes = this.#draftOf(exchange)?.codes;
    if (codes !== undefined && codes.length < maxListed) codes.push(code);
  }

  ended(exchange: WatchedExchange, outcome: Outcome): void {
    const { sessions } = this.#state;
    if (sessions.length === 0) return;
    this.#unwanted = undefined;
    const facts = this.#factsOf(exchange);
    const draft = this.#take(exchange);
    let details: ExchangeDetails | undefined;
    let event: TapEvent | undefined;
    for (const session of sessions) {
      if (!session.knows(facts) || !session.mayWant(exchange, outcome)) continue;
      const hasRoom = session.hasRoom;
      if (!hasRoom && (session.decodesFor(exchange) || !session.wantsMore)) {
        // Beyond the rate nothing is decoded: that it may have been wanted is enough.
        session.leaveOut();
        continue;
      }
      if (draft !== undefined && !session.wantsTold(draft.topics, exchange)) continue;
      details ??= new ExchangeDetails(exchange, outcome, draft, this.#client.topicIds);
      if (!session.wants(details, noAnswerOf(outcome))) continue;
      if (!hasRoom) {
        session.leaveOut();
        continue;
      }
      event ??= tapEventOf(this.#client, exchange, outcome, details, this.#state.now());
      session.send(this.#withRecords(session, event, exchange, outcome, details));
    }
  }

  #withRecords(
    { settings }: TapSession,
    event: TapEvent,
    exchange: WatchedExchange,
    outcome: Outcome,
    details: ExchangeDetails,
  ): TapEvent {
    if (settings.records === 0) return event;
    const { allowValues, redaction } = this.#state;
    const values = settings.values && allowValues;
    const asked = { maxRecords: settings.records, values, redaction };
    return withRecords(event, previewRecords(exchange, outcome, details, asked));
  }

  /** Undefined where no session will want what is told. */
  #draftOf(exchange: WatchedExchange): Draft | undefined {
    if (exchange === this.#unwanted) return undefined;
    let draft = exchange === this.#of ? this.#draft : this.#others?.get(exchange);
    if (draft === undefined) {
      const facts = this.#factsOf(exchange);
      if (!this.#state.sessions.some((session) => session.knows(facts) && session.wantsDetails)) {
        this.#unwanted = exchange;
        return undefined;
      }
      draft = { topics: new ToldTopics(this.#client.topicIds), codes: [], acks: undefined };
      this.#keep(exchange, draft);
    }
    return draft;
  }

  #keep(exchange: WatchedExchange, draft: Draft): void {
    if (this.#of !== undefined && this.#draft !== undefined) {
      (this.#others ??= new WeakMap<WatchedExchange, Draft>()).set(this.#of, this.#draft);
    }
    this.#of = exchange;
    this.#draft = draft;
  }

  #take(exchange: WatchedExchange): Draft | undefined {
    if (exchange !== this.#of) return this.#others?.get(exchange);
    const draft = this.#draft;
    this.#of = undefined;
    this.#draft = undefined;
    return draft;
  }

  /** Mostly those of the exchange before. */
  #factsOf({ request }: WatchedExchange): CheapFacts {
    const client = request.clientId ?? this.#client.session.clientId;
    const known = this.#facts;
    if (known?.client === client && request.apiKey === this.#factsKey && !request.isRawToken) return known;
    this.#factsKey = request.isRawToken ? Number.NaN : request.apiKey;
    this.#facts = { connection: String(this.#client.connection.id), client, api: apiName(request) };
    return this.#facts;
  }
}
