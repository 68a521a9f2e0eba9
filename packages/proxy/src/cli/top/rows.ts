import { safe } from "../output/safe.ts";
import { tableOf } from "../see/tables.ts";
import type { Table } from "../see/tables.ts";
import type { TopState } from "./state.ts";

/** The rows that the state shows: filtered, and in order. @param now Unix milliseconds */
export function shownTable({ traffic, view, filter, sort }: TopState, now: number): Table | undefined {
  if (traffic === undefined) return undefined;
  const all = tableOf(traffic, view, now);
  const wanted = filter.toLowerCase();
  // Whatever is to be seen of a row may be looked for.
  const texts = all.lines({ wide: true }).slice(1);
  const fitting = texts.flatMap((text, at) => (text.toLowerCase().includes(wanted) ? [at] : []));
  if (sort === "proxy") return all.pick(fitting);
  const name = (at: number): string => all.names[at] ?? "";
  return all.pick(fitting.toSorted((a, b) => (name(a) < name(b) ? -1 : name(a) > name(b) ? 1 : a - b)));
}

/** What a tap of the selected row filters by; undefined where there is none. */
export function tapQuery(state: TopState, now: number): Readonly<Record<string, string>> | undefined {
  const table = shownTable(state, now);
  const row = table?.rows[state.selected];
  const { traffic } = state;
  if (row === undefined || traffic === undefined) return undefined;
  const edge = traffic.edges.find((each) => each === row);
  if (edge !== undefined) return actorQuery([edge.source, edge.target]);
  const problem = traffic.problems.find((each) => each === row);
  if (problem !== undefined) return actorQuery([problem.subject]);
  const named = Object.entries(row).filter(
    (entry): entry is [string, string] =>
      ["api", "topic", "group", "client"].includes(entry[0]) && typeof entry[1] === "string",
  );
  return Object.fromEntries(named);
}

function actorQuery(actors: readonly { readonly kind: string; readonly name: string }[]) {
  const known = actors.filter(({ kind }) => ["client", "topic", "group"].includes(kind));
  return Object.fromEntries(known.map(({ kind, name }) => [kind, name]));
}

/** `client=checkout api=Produce` */
export function queryText(query: Readonly<Record<string, string>>): string {
  return Object.entries(query)
    .map(([name, value]) => safe(`${name}=${value}`))
    .join(" ");
}
