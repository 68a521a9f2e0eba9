import { messageOf } from "@pagoda/core";
import type { TrafficState } from "@pagoda/traffic";

import type { Logger } from "../log.ts";
import type { Child } from "./child.ts";

/** Several states as one: `mergeStates` of @pagoda/traffic. */
export type MergeStates = (states: readonly TrafficState[]) => TrafficState;

export interface WorkerTrafficOptions {
  readonly log: Logger;
  /** Milliseconds that a worker has to answer. */
  readonly timeoutMs: number;
  readonly merge: MergeStates;
}

/** What all workers have seen pass, those that are gone included: counts must not fall. */
export class WorkerTraffic {
  readonly #options: WorkerTrafficOptions;
  /** What each living worker said last. */
  readonly #last = new Map<Child, TrafficState | undefined>();
  #retired: TrafficState | undefined;

  constructor(options: WorkerTrafficOptions) {
    this.#options = options;
  }

  started(child: Child): void {
    this.#last.set(child, undefined);
  }

  /** Keeps what it had counted, as far as it was seen. */
  ended(child: Child): void {
    const last = this.#last.get(child);
    this.#last.delete(child);
    if (last === undefined) return;
    const state = withoutPresent(last);
    this.#retired = this.#retired === undefined ? state : this.#options.merge([this.#retired, state]);
  }

  /** One state for each worker, and one for those that are gone. A worker that is silent stands as it was. */
  async collect(): Promise<TrafficState[]> {
    await Promise.all(Array.from(this.#last.keys(), (child) => this.#ask(child)));
    const states = [...this.#last.values(), this.#retired];
    return states.filter((state) => state !== undefined);
  }

  async #ask(child: Child): Promise<void> {
    if (child.state === "starting") return;
    const { log, timeoutMs } = this.#options;
    try {
      const state = await child.ask({ kind: "traffic" }, timeoutMs);
      // It ended since: what it said before is with the retired already.
      if (this.#last.has(child)) this.#last.set(child, state);
    } catch (error) {
      log.debug({ worker: child.id, reason: messageOf(error) }, "worker did not say its traffic");
    }
  }
}

/** What was counted, without what is so no more: connections, requests under way, members of groups. */
function withoutPresent(state: TrafficState): TrafficState {
  return {
    ...state,
    listeners: state.listeners.map((each) => ({ ...each, connections: 0 })),
    clients: state.clients.map((each) => ({ ...each, connections: 0 })),
    brokers: state.brokers.map((each) => ({ ...each, connections: 0, inFlight: 0 })),
    groups: state.groups.map((each) => ({ ...each, state: "Unknown", members: [] })),
  };
}
