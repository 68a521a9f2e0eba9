import type { TrafficView } from "@pagoda/traffic/view";

/** What a detail is of. */
export interface DetailProps {
  readonly view: TrafficView;
  readonly listener: string;
  readonly name: string;
}

/** Whether rows must say their listener: there are several. */
export function hasListeners({ listeners }: TrafficView): boolean {
  return listeners.length > 1;
}
