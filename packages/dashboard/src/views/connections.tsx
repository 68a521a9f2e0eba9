import type { JSX } from "preact";

import type { ConnectionsAnswer } from "../api/shapes.ts";
import { Name } from "../components/bits.tsx";
import { DataTable } from "../components/data-table.tsx";
import { PageHead } from "../components/page-head.tsx";
import { amount, duration } from "../format/figures.ts";
import { brokerText } from "../format/tap-text.ts";
import { usePolled } from "../state/polled.ts";
import { hrefOf } from "../state/route.ts";
import { now } from "../state/signals.ts";

export function Connections(): JSX.Element {
  const { value, problem } = usePolled<ConnectionsAnswer>("api/connections", 2_000);
  const rows = value?.connections ?? [];
  const more = (value?.total ?? 0) - rows.length;
  return (
    <>
      <PageHead title="Connections" />
      {problem !== undefined && <p class="banner">{problem}</p>}
      {more > 0 && (
        <p class="muted">
          The oldest {rows.length} of {value?.total}.
        </p>
      )}
      <DataTable
        id="connections"
        label="Connections"
        rows={rows}
        keyOf={({ id }) => id}
        textOf={(row) =>
          [
            row.id,
            row.client,
            row.software,
            row.principal,
            row.source,
            brokerText(row.node),
            row.listener,
          ].join(" ")
        }
        hrefOf={({ id }) => hrefOf("connections", [id])}
        sort={{ column: "id", direction: "ascending" }}
        empty="No client is connected."
        columns={[
          { key: "id", head: "Connection", sort: (row) => row.id, cell: (row) => row.id },
          {
            key: "client",
            head: "Client",
            sort: (row) => row.client,
            cell: (row) => <Name name={row.client ?? "-"} />,
          },
          { key: "source", head: "From", sort: (row) => row.source, cell: (row) => row.source },
          { key: "listener", head: "Listener", sort: (row) => row.listener, cell: (row) => row.listener },
          { key: "node", head: "Broker", sort: (row) => row.node, cell: (row) => brokerText(row.node) },
          {
            key: "software",
            head: "Software",
            sort: (row) => row.software,
            cell: (row) => <Name name={row.software ?? "-"} max={32} />,
          },
          {
            key: "principal",
            head: "Principal",
            sort: (row) => row.principal,
            cell: (row) => <Name name={row.principal ?? "-"} max={32} />,
          },
          {
            key: "tls",
            head: "TLS",
            sort: (row) => String(row.tls),
            cell: (row) => (row.tls ? "yes" : "no"),
          },
          {
            key: "requests",
            head: "Requests",
            kind: "number",
            chars: 6,
            sort: (row) => row.requests,
            cell: (row) => amount(row.requests),
          },
          {
            key: "age",
            head: "Open for",
            kind: "number",
            chars: 6,
            sort: (row) => -row.openedAt,
            cell: (row) => duration(Math.max(0, now.value - row.openedAt)),
          },
        ]}
      />
    </>
  );
}
