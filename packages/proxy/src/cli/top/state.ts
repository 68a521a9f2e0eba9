import type { TrafficView } from "@pagoda/traffic/view";

import type { TableName } from "../see/tables.ts";

/** The views, by the key that leads to each: `1` is the first. */
export const topViews = [
  "apis",
  "topics",
  "clients",
  "groups",
  "edges",
  "problems",
] as const satisfies readonly TableName[];
export type TopView = (typeof topViews)[number];

/** A tap of one row. */
export interface TopTap {
  /** As `/api/tap` takes it. */
  readonly query: Readonly<Record<string, string>>;
  /** The last lines, oldest first. */
  readonly lines: readonly string[];
}

/** All that `top` shows is made of this. */
export interface TopState {
  readonly view: TopView;
  readonly traffic: TrafficView | undefined;
  /** Since when nothing was heard of the proxy, in Unix milliseconds. */
  readonly staleSince: number | undefined;
  /** Rows that have it in them, in whatever case. */
  readonly filter: string;
  /** Whether keys are letters of the filter. */
  readonly isFiltering: boolean;
  /** Of the rows shown. */
  readonly selected: number;
  /** How rows are ordered: as the proxy says, or by name. */
  readonly sort: "proxy" | "name";
  readonly isPaused: boolean;
  readonly showsHelp: boolean;
  readonly tap: TopTap | undefined;
}

export const firstState: TopState = {
  view: "apis",
  traffic: undefined,
  staleSince: undefined,
  filter: "",
  isFiltering: false,
  selected: 0,
  sort: "proxy",
  isPaused: false,
  showsHelp: false,
  tap: undefined,
};

const maxTapLines = 500;

/** With what came from the proxy; paused, it stays as it is. */
export function withTraffic(state: TopState, traffic: TrafficView): TopState {
  return { ...state, staleSince: undefined, ...(!state.isPaused && { traffic }) };
}

/** With more lines of the tap, the last of which are kept. */
export function withTapLines(state: TopState, lines: readonly string[]): TopState {
  if (state.tap === undefined || state.isPaused) return state;
  return { ...state, tap: { ...state.tap, lines: [...state.tap.lines, ...lines].slice(-maxTapLines) } };
}
