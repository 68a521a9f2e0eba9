import { shownTable, tapQuery } from "./rows.ts";
import { topViews } from "./state.ts";
import type { TopState } from "./state.ts";

/** A key as `node:readline` tells it. */
export interface Key {
  readonly name?: string | undefined;
  readonly sequence?: string | undefined;
  readonly ctrl?: boolean | undefined;
}

/** What a key led to. */
export interface Pressed {
  readonly state: TopState;
  readonly quits?: boolean;
}

export interface KeyOptions {
  /** Rows that the terminal shows at once: what PgUp and PgDn move by. */
  readonly page: number;
  /** Unix milliseconds. */
  readonly now: number;
}

/** What a key does. */
export function pressKey(state: TopState, key: Key, { page, now }: KeyOptions): Pressed {
  if (key.ctrl === true && key.name === "c") return { state, quits: true };
  if (state.isFiltering) return { state: typed(state, key) };
  if (state.showsHelp) return { state: { ...state, showsHelp: false } };
  if (key.name === "escape" || (key.name === "q" && state.tap !== undefined)) {
    if (state.tap !== undefined) return { state: { ...state, tap: undefined } };
    return { state: { ...state, filter: "", selected: 0 } };
  }
  const view = topViews[Number(key.sequence) - 1];
  if (view !== undefined) return { state: { ...state, view, selected: 0, tap: undefined } };
  switch (key.sequence ?? "") {
    case "q":
      return { state, quits: true };
    case "/":
      return { state: { ...state, isFiltering: true, tap: undefined } };
    case "?":
      return { state: { ...state, showsHelp: true } };
    case "p":
      return { state: { ...state, isPaused: !state.isPaused } };
    case "s":
      return { state: { ...state, sort: state.sort === "name" ? "proxy" : "name", selected: 0 } };
    case "t": {
      const query = tapQuery(state, now);
      return { state: query === undefined ? state : { ...state, tap: { query, lines: [] } } };
    }
    default:
      return { state: moved(state, stepOf(key, page), now) };
  }
}

function stepOf({ name }: Key, page: number): number {
  const steps: Readonly<Record<string, number>> = {
    up: -1,
    down: 1,
    pageup: -page,
    pagedown: page,
    home: Number.NEGATIVE_INFINITY,
    end: Number.POSITIVE_INFINITY,
  };
  return (name !== undefined && Object.hasOwn(steps, name) && steps[name]) || 0;
}

function moved(state: TopState, step: number, now: number): TopState {
  const last = (shownTable(state, now)?.rows.length ?? 0) - 1;
  return { ...state, selected: Math.max(0, Math.min(state.selected + step, last)) };
}

const maxFilterLength = 100;

function typed(state: TopState, { name, sequence = "", ctrl }: Key): TopState {
  if (name === "return" || name === "enter") return { ...state, isFiltering: false };
  if (name === "escape") return { ...state, isFiltering: false, filter: "", selected: 0 };
  if (name === "backspace") return { ...state, filter: state.filter.slice(0, -1), selected: 0 };
  if (ctrl === true || !/^[^\p{C}]$/u.test(sequence) || state.filter.length >= maxFilterLength) return state;
  return { ...state, filter: state.filter + sequence, selected: 0 };
}
