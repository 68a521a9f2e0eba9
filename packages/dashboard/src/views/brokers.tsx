import type { JSX } from "preact";
import type { BrokerRow, TrafficView } from "@pagoda/traffic/view";

import type { ClustersAnswer } from "../api/shapes.ts";
import { Panel } from "../components/bits.tsx";
import { DataTable } from "../components/data-table.tsx";
import type { Column } from "../components/data-table.tsx";
import { PageHead } from "../components/page-head.tsx";
import { amount } from "../format/figures.ts";
import { brokerText } from "../format/tap-text.ts";
import { usePolled } from "../state/polled.ts";
import {
  brokerKey,
  errorsColumn,
  latencyColumns,
  listenerColumn,
  okColumn,
  requestsColumn,
  sparkColumn,
} from "./columns.tsx";
import { hasListeners } from "./detail.ts";

export function Brokers({ view }: { readonly view: TrafficView }): JSX.Element {
  const { value, problem } = usePolled<ClustersAnswer>("api/clusters", 5_000);
  const columns: readonly Column<BrokerRow>[] = [
    { key: "broker", head: "Broker", sort: (row) => row.nodeId, cell: (row) => brokerText(row.nodeId) },
    ...listenerColumn<BrokerRow>(hasListeners(view)),
    okColumn(),
    requestsColumn(),
    sparkColumn("", brokerKey, "rate"),
    ...latencyColumns<BrokerRow>(),
    {
      key: "in-flight",
      head: "In flight",
      kind: "number",
      chars: 5,
      sort: (row) => row.inFlight,
      cell: (row) => amount(row.inFlight),
    },
    {
      key: "connections",
      head: "Conn",
      kind: "number",
      chars: 5,
      sort: (row) => row.connections,
      cell: (row) => amount(row.connections),
    },
    errorsColumn(),
  ];
  return (
    <>
      <PageHead title="Brokers" />
      <DataTable
        id="brokers"
        label="Brokers"
        rows={view.brokers}
        columns={columns}
        keyOf={brokerKey}
        textOf={(row) => `${brokerText(row.nodeId)} ${row.listener}`}
        sort={{ column: "broker", direction: "ascending" }}
        empty="No broker was asked yet."
      />
      {(value?.clusters ?? []).map((cluster) => (
        <Panel
          key={`${cluster.listener} ${cluster.name}`}
          title={`Cluster ${cluster.name}, listener ${cluster.listener}`}
        >
          <p class="muted">
            id {cluster.clusterId ?? "not known"} · controller {cluster.controller ?? "not known"} · bootstrap{" "}
            {cluster.bootstrap.join(", ")}
          </p>
          <DataTable
            id={`cluster ${cluster.listener}`}
            label={`Addresses of cluster ${cluster.name}, listener ${cluster.listener}`}
            rows={cluster.brokers}
            keyOf={({ nodeId }) => String(nodeId)}
            sort={{ column: "node", direction: "ascending" }}
            empty="No broker is known yet."
            columns={[
              {
                key: "node",
                head: "Broker",
                sort: (row) => row.nodeId,
                cell: (row) => `broker-${row.nodeId}`,
              },
              {
                key: "upstream",
                head: "Really at",
                sort: (row) => row.upstream,
                cell: (row) => row.upstream,
              },
              {
                key: "advertised",
                head: "Clients find it at",
                sort: (row) => row.advertised,
                cell: (row) => row.advertised ?? "-",
              },
              { key: "rack", head: "Rack", sort: (row) => row.rack, cell: (row) => row.rack ?? "-" },
            ]}
          />
        </Panel>
      ))}
      {problem !== undefined && <p class="muted">Addresses: {problem}</p>}
    </>
  );
}
