import { drawOutline, outline } from "@pagoda/core";
import type { TierOutline } from "@pagoda/core";

/** The tiers that a listener's connections go through, and their requests. */
export interface StackStatus {
  readonly listener: string;
  /** Which workers have it, where not all have the same. */
  readonly workers?: readonly number[];
  /** Outermost first. */
  readonly tiers: readonly TierOutline[];
}

/** The stack of each listener, by the listener's name. */
export function stackStatus(stacks: ReadonlyMap<string, object>): readonly StackStatus[] {
  return Array.from(stacks, ([listener, service]) => ({ listener, tiers: outline(service) }));
}

/** The same for people. */
export function drawStacks(stacks: readonly StackStatus[]): string {
  return stacks
    .map(({ listener, workers, tiers }) => {
      const whose =
        workers === undefined ? "" : ` (worker${workers.length > 1 ? "s" : ""} ${workers.join(", ")})`;
      return `listener ${listener}${whose}\n${drawOutline(tiers)}`;
    })
    .join("\n\n");
}
