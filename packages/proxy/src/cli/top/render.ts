import { styleText } from "node:util";

import { safe } from "../output/safe.ts";
import { age, amount, byteRate, duration, none, okPercent, rate } from "../output/units.ts";
import { cut } from "../output/width.ts";
import { queryText, shownTable } from "./rows.ts";
import { topViews } from "./state.ts";
import type { TopState } from "./state.ts";

export interface Frame {
  readonly columns: number;
  readonly rows: number;
  readonly color: boolean;
  /** Unix milliseconds. */
  readonly now: number;
}

/** Lines around the rows: two of totals, one of titles, one of keys. */
const around = 4;

/** How many rows a terminal of this height shows. */
export function pageOf(rows: number): number {
  return Math.max(1, rows - around);
}

/** What the terminal shows: at most `rows` lines of at most `columns`. */
export function renderTop(state: TopState, frame: Frame): readonly string[] {
  const { columns, rows } = frame;
  const body = state.showsHelp
    ? helpLines
    : state.tap === undefined
      ? tableBody(state, frame)
      : tapBody(state, frame);
  const head = [totalsLine(state, frame.now), tabsLine(state)].map((line) => cut(line, columns));
  const room = Math.max(0, rows - head.length - 1);
  const lines = [...head, ...body.slice(0, room)];
  const blank = Array.from({ length: Math.max(0, rows - 1 - lines.length) }, () => "");
  return [...lines, ...blank, cut(footLine(state), columns)].slice(0, rows);
}

function totalsLine({ traffic, staleSince, isPaused }: TopState, now: number): string {
  const marks = [
    ...(staleSince === undefined ? [] : [`STALE since ${age(staleSince, now)} ago`]),
    ...(isPaused ? ["PAUSED"] : []),
  ];
  if (traffic === undefined) return ["pagoda", ...marks, "waiting for the proxy"].join("  ");
  const { totals, window } = traffic;
  const { okShare, requestsPerSecond, latency, proxyMs, connections, maxLag } = totals;
  const lag = maxLag === null ? none : `${amount(maxLag.records)} (${safe(maxLag.group)})`;
  return [
    "pagoda",
    ...marks,
    `OK ${okPercent(okShare)}`,
    `REQ ${rate(requestsPerSecond)}/s`,
    `P99 ${duration(latency.p99)} (proxy ${duration(proxyMs)})`,
    `IN ${byteRate(totals.bytesInPerSecond)}`,
    `OUT ${byteRate(totals.bytesOutPerSecond)}`,
    `CONN ${connections}`,
    `LAG ${lag}`,
    `over ${window}`,
  ].join("  ");
}

function tabsLine({ view, filter, isFiltering, sort, traffic }: TopState): string {
  const tabs = topViews.map((name, at) => {
    const problems = name === "problems" && traffic !== undefined ? ` (${traffic.problems.length})` : "";
    return name === view ? `[${at + 1} ${name}${problems}]` : ` ${at + 1} ${name}${problems} `;
  });
  const filtered = isFiltering || filter !== "" ? `  /${safe(filter)}${isFiltering ? "_" : ""}` : "";
  return `${tabs.join("")}${filtered}${sort === "name" ? "  by name" : ""}`;
}

function tableBody(state: TopState, { columns, rows, color, now }: Frame): readonly string[] {
  const table = shownTable(state, now);
  if (table === undefined) return [];
  if (table.rows.length === 0)
    return [state.filter === "" ? `no ${state.view} yet` : "nothing matches the filter"];
  // Two columns are for the mark of the selected row.
  const [titles = "", ...lines] = table.lines({ width: columns - 2, color });
  const page = pageOf(rows);
  const selected = Math.min(state.selected, lines.length - 1);
  const first = Math.max(0, Math.min(selected - Math.floor(page / 2), lines.length - page));
  const shown = lines.slice(first, first + page).map((line, at) => {
    return first + at === selected ? `▸ ${line}` : `  ${line}`;
  });
  const fitting = (line: string): string => (color ? line : cut(line, columns));
  return [color ? styleText("bold", `  ${titles}`, { validateStream: false }) : `  ${titles}`, ...shown].map(
    fitting,
  );
}

function tapBody({ tap }: TopState, { columns, rows }: Frame): readonly string[] {
  if (tap === undefined) return [];
  const title = cut(`tap ${queryText(tap.query)}`, columns);
  return [title, ...tap.lines.slice(-pageOf(rows)).map((line) => cut(safe(line), columns))];
}

const helpLines: readonly string[] = [
  "",
  "  1-6            apis, topics, clients, groups, edges, problems",
  "  up, down       select a row; PgUp, PgDn, Home, End",
  "  /              filter: Enter keeps it, Esc removes it",
  "  s              sort by name, or as the proxy does",
  "  t              tap the selected row; q or Esc ends the tap",
  "  p              pause",
  "  q, Ctrl-C      quit",
];

function footLine({ tap, showsHelp }: TopState): string {
  if (showsHelp) return "any key goes back";
  return tap === undefined
    ? "1-6 view  / filter  s sort  t tap  p pause  ? help  q quit"
    : "q back  p pause  ? help";
}
