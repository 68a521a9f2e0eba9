import type { GroupState } from "../state/state.ts";
import type { RebalanceTrigger } from "../view/rows.ts";
import { groupBounds } from "./bounds.ts";

/** The rebalances of one group: one for each generation, however many members are told of it. */
export class Rebalances {
  /** As the broker said last; of the newer protocols, the highest epoch of a member. -1 before. */
  generation = -1;
  readonly #counts: Record<RebalanceTrigger, number> = { join: 0, leave: 0, session_timeout: 0, error: 0 };
  readonly #lately: { readonly at: number; readonly trigger: RebalanceTrigger }[] = [];
  #cause: RebalanceTrigger | undefined;

  /** Why the next one will be. The first cause stays; without any it is that somebody joins. */
  because(trigger: RebalanceTrigger): void {
    this.#cause ??= trigger;
  }

  /** What was thought to be a cause was none. */
  notBecause(trigger: RebalanceTrigger): void {
    if (this.#cause === trigger) this.#cause = undefined;
  }

  /** There is nobody left to rebalance. */
  forgetCause(): void {
    this.#cause = undefined;
  }

  /** A generation that is none of the proxy's time: a group that was there before. */
  found(generation: number): void {
    if (this.generation < 0) this.generation = generation;
  }

  /** @returns what a new generation was made for */
  count(generation: number, nowMs: number): RebalanceTrigger {
    const trigger = this.#cause ?? "join";
    this.generation = generation;
    this.#cause = undefined;
    this.#counts[trigger] += 1;
    this.#lately.push({ at: nowMs, trigger });
    if (this.#lately.length > groupBounds.maxRebalances) this.#lately.shift();
    return trigger;
  }

  counts(): GroupState["rebalances"] {
    return { ...this.#counts };
  }

  lately(nowMs: number): GroupState["rebalancedMs"] {
    while (nowMs - (this.#lately[0]?.at ?? nowMs) > groupBounds.rebalanceMemoryMs) this.#lately.shift();
    return [...this.#lately];
  }
}
