import type { Connection } from "@pagoda/tcp";

import type { ListenerState } from "../state/state.ts";
import { AnswerCounter } from "./counters.ts";

type Counted = Pick<Connection, "bytesRead" | "bytesWritten">;

/** What passes through one listener. */
export class ListenerRecord {
  readonly listener: string;
  readonly answers: AnswerCounter = new AnswerCounter();
  totalMs = 0;
  brokerMs = 0;
  sent = 0;
  plaintextRemote = 0;
  readonly #open = new Set<Counted>();
  // Of connections that are gone.
  #bytesIn = 0;
  #bytesOut = 0;

  constructor(listener: string) {
    this.listener = listener;
  }

  opened(connection: Counted): void {
    this.#open.add(connection);
  }

  closed(connection: Counted): void {
    if (!this.#open.delete(connection)) return;
    this.#bytesIn += connection.bytesRead;
    this.#bytesOut += connection.bytesWritten;
  }

  state(): ListenerState {
    let bytesIn = this.#bytesIn;
    let bytesOut = this.#bytesOut;
    for (const connection of this.#open) {
      bytesIn += connection.bytesRead;
      bytesOut += connection.bytesWritten;
    }
    const { listener, totalMs, brokerMs, sent, plaintextRemote } = this;
    return {
      listener,
      ...this.answers.state(),
      connections: this.#open.size,
      bytesIn,
      bytesOut,
      totalMs,
      brokerMs,
      sent,
      plaintextRemote,
    };
  }
}
