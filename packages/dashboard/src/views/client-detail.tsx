import type { JSX } from "preact";

import { Errors, Facts, Ok, Panel } from "../components/bits.tsx";
import { Chart } from "../components/chart.tsx";
import { DataTable } from "../components/data-table.tsx";
import { PageHead } from "../components/page-head.tsx";
import { amount, bytesRate, duration } from "../format/figures.ts";
import { hrefOf } from "../state/route.ts";
import { samples } from "../state/traffic.ts";
import { apiColumns } from "./apis.tsx";
import { apiKey, clientKey } from "./columns.tsx";
import type { DetailProps } from "./detail.ts";
import { EdgesTable } from "./edges-table.tsx";
import { Gone } from "./gone.tsx";
import { ProblemsOf } from "./problems-of.tsx";

export function ClientDetail({ view, listener, name }: DetailProps): JSX.Element {
  const row = view.clients.find((each) => each.listener === listener && each.client === name);
  const edges = view.edges.filter(
    (edge) =>
      edge.listener === listener &&
      [edge.source, edge.target].some((actor) => actor.kind === "client" && actor.name === name),
  );
  const apis = view.apis.filter((each) => each.listener === listener && each.client === name);
  return (
    <>
      <PageHead title={name} up={{ href: hrefOf("clients"), text: "Clients" }}>
        <a href={hrefOf("tap", [], { client: name })}>tap</a>
      </PageHead>
      {row === undefined ? (
        <Gone what="client" name={name} />
      ) : (
        <>
          <Facts
            facts={[
              ["OK", <Ok share={row.okShare} />],
              ["Requests", `${amount(row.requestsPerSecond)}/s`],
              ["Produced", bytesRate(row.produce.bytesPerSecond)],
              ["Fetched", bytesRate(row.fetch.bytesPerSecond)],
              ["p50 / p95 / p99", Object.values(row.latency).map(duration).join(" / ")],
              ["Connections", row.connections],
              ["Software", row.software.join(", ") || "-"],
              ["TLS", row.tls],
              ["Auth", row.auth],
              ["Throttled", row.throttledMs === 0 ? "-" : duration(row.throttledMs)],
              ["Errors", <Errors errors={row.errors} />],
              ["Listener", listener],
            ]}
          />
          <div class="charts">
            <Chart
              title="Requests a second"
              times={samples.times}
              format={amount}
              lines={[{ label: "requests", values: samples.of(clientKey(row), "rate"), colour: "--line-1" }]}
            />
            <Chart
              title="Latency"
              times={samples.times}
              format={duration}
              lines={[{ label: "p99", values: samples.of(clientKey(row), "p99"), colour: "--line-3" }]}
            />
          </div>
          <ProblemsOf view={view} kind="client" listener={listener} name={name} />
          <Panel title="Where it writes and reads">
            <EdgesTable view={view} edges={edges} id={`edges of client ${listener} ${name}`} />
          </Panel>
          <Panel title="What it asks">
            <DataTable
              id={`apis of client ${listener} ${name}`}
              label="What it asks"
              rows={apis}
              columns={apiColumns(false).filter(({ key }) => key !== "client")}
              keyOf={apiKey}
              hrefOf={(each) => hrefOf("tap", [], { api: each.api, client: name })}
              sort={{ column: "api", direction: "ascending" }}
            />
          </Panel>
        </>
      )}
    </>
  );
}
