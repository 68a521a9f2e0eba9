import type { JSX } from "preact";
import type { ApiRow, TrafficView } from "@pagoda/traffic/view";

import { Name } from "../components/bits.tsx";
import { DataTable } from "../components/data-table.tsx";
import type { Column } from "../components/data-table.tsx";
import { PageHead } from "../components/page-head.tsx";
import { amount, duration } from "../format/figures.ts";
import { hrefOf } from "../state/route.ts";
import {
  apiKey,
  errorsColumn,
  latencyColumns,
  listenerColumn,
  okColumn,
  requestsColumn,
  sparkColumn,
} from "./columns.tsx";
import { hasListeners } from "./detail.ts";

/** How a row's time was shared: `93% / 7%`. */
function timeSplit({ brokerShare }: ApiRow): string {
  if (brokerShare === null) return "-";
  const broker = Math.round(brokerShare * 100);
  return `${broker}% / ${100 - broker}%`;
}

export function apiColumns(listeners: boolean): readonly Column<ApiRow>[] {
  const time = (key: "bestMs" | "lastMs" | "worstMs", head: string): Column<ApiRow> => ({
    key,
    head,
    title: "Since the start",
    kind: "number",
    chars: 6,
    sort: (row) => row[key],
    cell: (row) => duration(row[key]),
  });
  return [
    { key: "api", head: "API", sort: (row) => row.api, cell: (row) => row.api },
    ...listenerColumn<ApiRow>(listeners),
    { key: "client", head: "Client", sort: (row) => row.client, cell: (row) => <Name name={row.client} /> },
    {
      key: "versions",
      head: "Versions",
      sort: (row) => row.versions.at(-1) ?? null,
      cell: (row) => row.versions.map((version) => `v${version}`).join(" "),
    },
    okColumn(),
    requestsColumn(),
    sparkColumn("", apiKey, "rate"),
    {
      key: "count",
      head: "Count",
      title: "Since the start",
      kind: "number",
      chars: 6,
      sort: (row) => row.requests,
      cell: (row) => amount(row.requests),
    },
    ...latencyColumns<ApiRow>(["p50", "p99"]),
    time("bestMs", "Best"),
    time("lastMs", "Last"),
    time("worstMs", "Worst"),
    {
      key: "split",
      head: "Broker / proxy",
      title: "Whose the time was",
      kind: "number",
      chars: 9,
      sort: (row) => row.brokerShare,
      cell: timeSplit,
    },
    errorsColumn(),
  ];
}

export function Apis({ view }: { readonly view: TrafficView }): JSX.Element {
  return (
    <>
      <PageHead title="APIs" />
      <DataTable
        id="apis"
        label="APIs"
        rows={view.apis}
        columns={apiColumns(hasListeners(view))}
        keyOf={apiKey}
        textOf={(row) => `${row.api} ${row.client} ${row.listener}`}
        hrefOf={(row) => hrefOf("tap", [], { api: row.api, client: row.client })}
        sort={{ column: "api", direction: "ascending" }}
        empty="No request came yet."
      />
    </>
  );
}
