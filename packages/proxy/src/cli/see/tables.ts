import type { TrafficView } from "@pagoda/traffic/view";

import { tableLines } from "../output/table.ts";
import type { Column, TableOptions } from "../output/table.ts";
import { apiColumns } from "./columns/apis.ts";
import { brokerColumns } from "./columns/brokers.ts";
import { clientColumns } from "./columns/clients.ts";
import { edgeColumns } from "./columns/edges.ts";
import { groupColumns } from "./columns/groups.ts";
import { listenerColumns } from "./columns/listeners.ts";
import { problemColumns } from "./columns/problems.ts";
import { topicColumns } from "./columns/topics.ts";

/** Rows of a view that are shown as a table, whatever they are of. */
export interface Table {
  readonly rows: readonly object[];
  /** What each row is called, as one would ask for it. */
  readonly names: readonly string[];
  lines(options: TableOptions): readonly string[];
  /** Only the rows whose line number is in the list, in its order. */
  pick(indexes: readonly number[]): Table;
}

/** What `stat` shows, and `top` and the other commands beside it. */
export const tableNames = [
  "topics",
  "clients",
  "groups",
  "brokers",
  "apis",
  "listeners",
  "edges",
  "problems",
] as const;
export type TableName = (typeof tableNames)[number];

/** A table of a view. @param now Unix milliseconds, for how long ago things were */
export function tableOf(view: TrafficView, name: TableName, now: number): Table {
  switch (name) {
    case "topics":
      return table(topicColumns(now), view.topics, ({ topic }) => topic);
    case "clients":
      return table(clientColumns, view.clients, ({ client }) => client);
    case "groups":
      return table(groupColumns(now), view.groups, ({ group }) => group);
    case "brokers":
      return table(brokerColumns, view.brokers, ({ nodeId }) => nodeId);
    case "apis":
      return table(apiColumns, view.apis, ({ api }) => api);
    case "listeners":
      return table(listenerColumns, view.listeners, ({ listener }) => listener);
    case "edges":
      return table(edgeColumns(now), view.edges, ({ source, target }) => `${source.name} ${target.name}`);
    case "problems":
    default:
      return table(problemColumns(now), view.problems, ({ subject }) => subject.name);
  }
}

function table<Row extends object>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  nameOf: (row: Row) => string,
): Table {
  return {
    rows,
    names: rows.map(nameOf),
    lines: (options) => tableLines(columns, rows, options),
    pick: (indexes) =>
      table(
        columns,
        indexes.flatMap((at) => rows[at] ?? []),
        nameOf,
      ),
  };
}
