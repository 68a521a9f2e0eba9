import { latencyBoundsMs } from "../state/state.ts";

const least = latencyBoundsMs[0] as number;
const perLog = 1 / Math.log((latencyBoundsMs[1] as number) / least);
const shift = Math.log(least) * perLog;
/** Of what is above all bounds. */
const above = latencyBoundsMs.length;

/** Which of the `LatencyCounts` counts `ms`: the first bound that is not below it. */
export function latencyBucket(ms: number): number {
  // Also what is not a number.
  if (!(ms > least)) return 0;
  const at = Math.min(Math.ceil(Math.log(ms) * perLog - shift), above);
  // Next to a bound the logarithm may be on its other side.
  if (at > 0 && ms <= (latencyBoundsMs[at - 1] as number)) return at - 1;
  return at < above && ms > (latencyBoundsMs[at] as number) ? at + 1 : at;
}
