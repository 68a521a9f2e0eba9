import type { BrokerState } from "../state/state.ts";
import { AnswerCounter } from "./counters.ts";
import type { Row } from "./table.ts";

/** What one broker is asked: the durations are its own. */
export class BrokerRecord implements Row {
  readonly listener: string;
  readonly nodeId: string;
  readonly answers: AnswerCounter = new AnswerCounter();
  lastMs = 0;
  dropped = false;
  inFlight = 0;
  connections = 0;

  constructor(listener: string, nodeId: string) {
    this.listener = listener;
    this.nodeId = nodeId;
  }

  get held(): number {
    return this.connections;
  }

  state(): BrokerState {
    const { listener, nodeId, inFlight, connections } = this;
    return { listener, nodeId, ...this.answers.state(), inFlight, connections };
  }
}
