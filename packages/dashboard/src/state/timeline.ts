import type { GroupEvent } from "@pagoda/traffic/view";

/** A member's line in the timeline of its group. */
export interface TimelineLane {
  readonly memberId: string;
  readonly client: string;
  readonly bars: readonly TimelineBar[];
}

export interface TimelineBar {
  readonly event: GroupEvent;
  /** Shares of the whole width, from 0 to 1. */
  readonly from: number;
  readonly to: number;
}

export interface Timeline {
  /** Unix milliseconds. */
  readonly from: number;
  readonly to: number;
  /** By when they came first. */
  readonly lanes: readonly TimelineLane[];
}

/** Milliseconds shown at least. */
const minSpanMs = 60_000;

/** What happened to a group, a line for each member; undefined where nothing did. */
export function timelineOf(events: readonly GroupEvent[], now: number): Timeline | undefined {
  const [first] = events;
  if (first === undefined) return undefined;
  const from = Math.min(first.at, now - minSpanMs);
  const to = Math.max(now, from + minSpanMs);
  const share = (at: number): number => Math.min(1, Math.max(0, (at - from) / (to - from)));
  const lanes = new Map<string, TimelineBar[]>();
  const clients = new Map<string, string>();
  for (const event of events) {
    const bars = lanes.get(event.memberId) ?? [];
    bars.push({ event, from: share(event.at), to: share(event.at + event.durationMs) });
    lanes.set(event.memberId, bars);
    clients.set(event.memberId, event.client);
  }
  return {
    from,
    to,
    lanes: Array.from(lanes, ([memberId, bars]) => ({
      memberId,
      client: clients.get(memberId) ?? "",
      bars,
    })),
  };
}
