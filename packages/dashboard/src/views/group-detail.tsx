import type { JSX } from "preact";
import type { GroupRow } from "@pagoda/traffic/view";

import { Facts, Name, Panel } from "../components/bits.tsx";
import { Chart } from "../components/chart.tsx";
import { DataTable } from "../components/data-table.tsx";
import { PageHead } from "../components/page-head.tsx";
import { ago, amount, duration, lagText } from "../format/figures.ts";
import { hrefOf } from "../state/route.ts";
import { samples } from "../state/traffic.ts";
import { groupKey } from "./columns.tsx";
import type { DetailProps } from "./detail.ts";
import { Gone } from "./gone.tsx";
import { GroupTimeline } from "./group-timeline.tsx";
import { ProblemsOf } from "./problems-of.tsx";

export function GroupDetail({ view, listener, name }: DetailProps): JSX.Element {
  const row = view.groups.find((each) => each.listener === listener && each.group === name);
  return (
    <>
      <PageHead title={name} up={{ href: hrefOf("groups"), text: "Groups" }}>
        <a href={hrefOf("tap", [], { group: name })}>tap</a>
      </PageHead>
      {row === undefined ? (
        <Gone what="group" name={name} />
      ) : (
        <>
          {row.ambiguous !== null && <p class="banner">{row.ambiguous}</p>}
          <Facts
            facts={[
              ["State", row.state],
              ["Protocol", row.protocol],
              ["Members", row.members.length],
              ["Lag", lagText(row.lag)],
              ["Lag by", clockText[row.lag?.clock ?? "none"]],
              ["Commits", `${amount(row.commitsPerSecond)}/s`],
              ["Rebalances (1h)", row.rebalances],
              [
                "Last",
                row.lastRebalance === null
                  ? "-"
                  : `${row.lastRebalance.trigger} ${ago(row.lastRebalance.at, view.at)}`,
              ],
              ["Listener", listener],
            ]}
          />
          <Chart
            title="Lag in records"
            times={samples.times}
            format={amount}
            lines={[{ label: "lag", values: samples.of(groupKey(row), "lag"), colour: "--line-2" }]}
          />
          <ProblemsOf view={view} kind="group" listener={listener} name={name} />
          <Panel title="Rebalances and heartbeats">
            <GroupTimeline events={row.timeline} now={view.at} id={`${listener} ${name}`} />
          </Panel>
          <Panel title="Members">
            <Members row={row} now={view.at} />
          </Panel>
          <Panel title="Lag of each partition">
            <Partitions row={row} />
          </Panel>
        </>
      )}
    </>
  );
}

/** Which clock tells the seconds of a lag. */
const clockText = {
  observed: "when this proxy saw it written",
  record: "timestamps of records",
  none: "-",
} as const;

function Members({ row, now }: { readonly row: GroupRow; readonly now: number }): JSX.Element {
  return (
    <DataTable
      id={`members of ${row.listener} ${row.group}`}
      label="Members"
      rows={row.members}
      keyOf={({ memberId }) => memberId}
      textOf={({ memberId, client, host }) => `${memberId} ${client} ${host}`}
      sort={{ column: "client", direction: "ascending" }}
      empty="No member was seen."
      columns={[
        {
          key: "member",
          head: "Member",
          sort: (each) => each.memberId,
          cell: (each) => <Name name={each.memberId} max={44} />,
        },
        {
          key: "client",
          head: "Client",
          sort: (each) => each.client,
          cell: (each) => (
            <a href={hrefOf("clients", [row.listener, each.client])}>
              <Name name={each.client} />
            </a>
          ),
        },
        { key: "host", head: "Host", sort: (each) => each.host, cell: (each) => each.host },
        {
          key: "joined",
          head: "Joined",
          kind: "number",
          chars: 9,
          sort: (each) => each.joinedAt,
          cell: (each) => ago(each.joinedAt, now),
        },
        {
          key: "seen",
          head: "Last seen",
          kind: "number",
          chars: 9,
          sort: (each) => each.lastSeenAt,
          cell: (each) => ago(each.lastSeenAt, now),
        },
      ]}
    />
  );
}

function Partitions({ row }: { readonly row: GroupRow }): JSX.Element {
  const all = row.topics.flatMap(({ topic, partitions }) => partitions.map((each) => ({ topic, ...each })));
  const most = Math.max(1, ...all.map(({ lag }) => lag?.records ?? 0));
  return (
    <DataTable
      id={`partitions of ${row.listener} ${row.group}`}
      label="Lag of each partition"
      rows={all}
      keyOf={({ topic, partition }) => `${topic}/${partition}`}
      textOf={({ topic, partition }) => `${topic}/${partition}`}
      sort={{ column: "partition", direction: "ascending" }}
      empty="No offset was committed yet."
      columns={[
        {
          key: "partition",
          head: "Partition",
          sort: (each) => `${each.topic}/${each.partition}`,
          cell: (each) => <Name name={`${each.topic}/${each.partition}`} />,
        },
        {
          key: "committed",
          head: "Committed",
          kind: "number",
          chars: 9,
          sort: (each) => each.committed,
          cell: (each) => each.committed ?? "-",
        },
        {
          key: "end",
          head: "End",
          kind: "number",
          chars: 9,
          sort: (each) => each.end,
          cell: (each) => each.end ?? "-",
        },
        {
          key: "lag",
          head: "Lag",
          kind: "number",
          chars: 6,
          sort: (each) => each.lag?.records ?? null,
          cell: (each) => amount(each.lag?.records ?? null),
        },
        {
          key: "time",
          head: "Lag time",
          kind: "number",
          chars: 6,
          sort: (each) => each.lag?.seconds ?? null,
          cell: ({ lag }) => (lag === null || lag.seconds === null ? "-" : duration(lag.seconds * 1_000)),
        },
        {
          key: "bar",
          head: "",
          kind: "spark",
          cell: ({ lag }) => (
            <svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
              <rect width={((lag?.records ?? 0) / most) * 100} height="8" />
            </svg>
          ),
        },
      ]}
    />
  );
}
