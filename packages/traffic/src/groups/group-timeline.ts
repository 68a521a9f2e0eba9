import type { GroupEventState } from "../state/state.ts";
import { groupBounds } from "./bounds.ts";

/**
 * What happened to a group, oldest first. A heartbeat or commit that went well takes the place of the
 * member's one before it when nothing else happened to the member in between: else a minute of them
 * would be all that there is to see. Where there are too many events, those are the first to go.
 */
export class GroupTimeline {
  readonly #events: GroupEventState[] = [];

  add(event: GroupEventState): void {
    const events = this.#events;
    if (isRoutine(event)) this.#dropFormer(event);
    let at = events.length;
    // By when it began: what took long is told late.
    while (at > 0 && (events[at - 1] as GroupEventState).atMs > event.atMs) at -= 1;
    events.splice(at, 0, event);
    if (events.length > groupBounds.maxEvents) {
      const older = events.findIndex((one, n) => n < events.length / 2 && isRoutine(one));
      events.splice(Math.max(older, 0), 1);
    }
  }

  state(): readonly GroupEventState[] {
    return [...this.#events];
  }

  #dropFormer({ kind, memberId }: GroupEventState): void {
    const events = this.#events;
    for (let at = events.length - 1; at >= 0; at--) {
      const former = events[at] as GroupEventState;
      if (former.memberId !== memberId) continue;
      if (!isRoutine(former)) return;
      if (former.kind !== kind) continue;
      events.splice(at, 1);
      return;
    }
  }
}

function isRoutine({ kind, error }: GroupEventState): boolean {
  return error === undefined && (kind === "heartbeat" || kind === "commit");
}
