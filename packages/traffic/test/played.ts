import { History } from "../src/history/history.ts";
import type { TrafficState } from "../src/state/state.ts";

/** A history of one state a second, from the first second to the last. */
export function played(stateOf: (second: number) => TrafficState, last: number, first = 1): History {
  const history = new History();
  for (let second = first; second <= last; second++) history.push(stateOf(second));
  return history;
}
