import type { JSX } from "preact";

import { Errors, Facts, Ok, Panel } from "../components/bits.tsx";
import { Chart } from "../components/chart.tsx";
import { PageHead } from "../components/page-head.tsx";
import { ago, amount, bytesRate, duration, lagText } from "../format/figures.ts";
import { hrefOf } from "../state/route.ts";
import { samples } from "../state/traffic.ts";
import { topicKey } from "./columns.tsx";
import type { DetailProps } from "./detail.ts";
import { EdgesTable } from "./edges-table.tsx";
import { Gone } from "./gone.tsx";
import { ProblemsOf } from "./problems-of.tsx";

export function TopicDetail({ view, listener, name }: DetailProps): JSX.Element {
  const row = view.topics.find((each) => each.listener === listener && each.topic === name);
  const edges = view.edges.filter(
    (edge) =>
      edge.listener === listener &&
      [edge.source, edge.target].some((actor) => actor.kind === "topic" && actor.name === name),
  );
  return (
    <>
      <PageHead title={name} up={{ href: hrefOf("topics"), text: "Topics" }}>
        <a href={hrefOf("tap", [], { topic: name })}>tap</a>
      </PageHead>
      {row === undefined ? (
        <Gone what="topic" name={name} />
      ) : (
        <>
          <Facts
            facts={[
              ["OK", <Ok share={row.okShare} />],
              ["Produced", `${amount(row.produce.recordsPerSecond)}/s`],
              ["Bytes in", bytesRate(row.produce.bytesPerSecond)],
              ["Fetched", `${amount(row.fetch.recordsPerSecond)}/s`],
              ["Bytes out", bytesRate(row.fetch.bytesPerSecond)],
              ["p50 / p95 / p99", Object.values(row.latency).map(duration).join(" / ")],
              ["Partitions", row.partitions],
              ["Max lag", lagText(row.maxLag)],
              ["Last produced", ago(row.lastProducedAt, view.at)],
              ["Errors", <Errors errors={row.errors} />],
              ["Listener", listener],
            ]}
          />
          <div class="charts">
            <Chart
              title="Records a second"
              times={samples.times}
              format={amount}
              lines={[
                { label: "produced", values: samples.of(topicKey(row), "rate"), colour: "--line-1" },
                { label: "fetched", values: samples.of(topicKey(row), "out"), colour: "--line-2" },
              ]}
            />
            <Chart
              title="Latency"
              times={samples.times}
              format={duration}
              lines={[{ label: "p99", values: samples.of(topicKey(row), "p99"), colour: "--line-3" }]}
            />
          </div>
          <ProblemsOf view={view} kind="topic" listener={listener} name={name} />
          <Panel title="Who writes and reads">
            <EdgesTable view={view} edges={edges} id={`edges of topic ${listener} ${name}`} />
          </Panel>
        </>
      )}
    </>
  );
}
