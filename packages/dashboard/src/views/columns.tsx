import type { ApiRow, BrokerRow, ClientRow, GroupRow, TopicRow } from "@pagoda/traffic/view";

import { Errors, Name, Ok } from "../components/bits.tsx";
import type { Column } from "../components/data-table.tsx";
import { Sparkline } from "../components/sparkline.tsx";
import { amount, bytesRate, duration, lagText, listText, rate } from "../format/figures.ts";
import { rowKey } from "../state/samples.ts";
import type { Figure } from "../state/samples.ts";
import { samples } from "../state/traffic.ts";

/** Columns that several tables have. */

type Answered = Pick<TopicRow, "okShare" | "latency" | "errors" | "requestsPerSecond">;

export function listenerColumn<Row extends { readonly listener: string }>(
  shown: boolean,
): readonly Column<Row>[] {
  if (!shown) return [];
  return [{ key: "listener", head: "Listener", sort: (row) => row.listener, cell: (row) => row.listener }];
}

export function okColumn<Row extends Answered>(): Column<Row> {
  return {
    key: "ok",
    head: "OK",
    title: "Share of answers without a failure, or an error that clients retry",
    kind: "number",
    chars: 7,
    sort: (row) => row.okShare,
    cell: (row) => <Ok share={row.okShare} />,
  };
}

export function requestsColumn<Row extends Answered>(): Column<Row> {
  return {
    key: "requests",
    head: "Req/s",
    kind: "number",
    chars: 6,
    sort: (row) => row.requestsPerSecond,
    cell: (row) => rate(row.requestsPerSecond),
  };
}

export function latencyColumns<Row extends Answered>(
  which: readonly ("p50" | "p95" | "p99")[] = ["p50", "p95", "p99"],
): readonly Column<Row>[] {
  return which.map((each) => ({
    key: each,
    head: each,
    title: `Milliseconds that ${each.slice(1)} % of the answers stayed below`,
    kind: "number",
    chars: 6,
    sort: (row: Row) => row.latency[each],
    cell: (row: Row) => duration(row.latency[each]),
  }));
}

export function errorsColumn<Row extends Answered>(): Column<Row> {
  return {
    key: "errors",
    head: "Errors",
    chars: 18,
    sort: (row) => row.errors.reduce((sum, { count }) => sum + count, 0),
    cell: (row) => <Errors errors={row.errors} />,
    kind: "text",
  };
}

export function sparkColumn<Row>(head: string, keyOf: (row: Row) => string, figure: Figure): Column<Row> {
  return {
    key: `spark-${figure}`,
    head,
    title: "The last two minutes, as far as this page was open",
    kind: "spark",
    cell: (row) => <Sparkline values={samples.of(keyOf(row), figure)} />,
  };
}

export const topicKey = (row: TopicRow): string => rowKey("topic", row.listener, row.topic);
export const clientKey = (row: ClientRow): string => rowKey("client", row.listener, row.client);
export const groupKey = (row: GroupRow): string => rowKey("group", row.listener, row.group);
export const brokerKey = (row: BrokerRow): string => rowKey("broker", row.listener, row.nodeId);
export const apiKey = (row: ApiRow): string => rowKey("api", row.listener, row.api, row.client);

export function topicColumns(listeners: boolean): readonly Column<TopicRow>[] {
  return [
    { key: "topic", head: "Topic", sort: (row) => row.topic, cell: (row) => <Name name={row.topic} /> },
    ...listenerColumn<TopicRow>(listeners),
    okColumn(),
    {
      key: "produced",
      head: "Prod/s",
      title: "Records a second",
      kind: "number",
      chars: 6,
      sort: (row) => row.produce.recordsPerSecond,
      cell: (row) => rate(row.produce.recordsPerSecond),
    },
    sparkColumn("", topicKey, "rate"),
    {
      key: "produced-bytes",
      head: "Prod B/s",
      kind: "number",
      chars: 9,
      sort: (row) => row.produce.bytesPerSecond,
      cell: (row) => bytesRate(row.produce.bytesPerSecond),
    },
    {
      key: "fetched",
      head: "Fetch/s",
      title: "Records a second",
      kind: "number",
      chars: 6,
      sort: (row) => row.fetch.recordsPerSecond,
      cell: (row) => rate(row.fetch.recordsPerSecond),
    },
    {
      key: "fetched-bytes",
      head: "Fetch B/s",
      kind: "number",
      chars: 9,
      sort: (row) => row.fetch.bytesPerSecond,
      cell: (row) => bytesRate(row.fetch.bytesPerSecond),
    },
    ...latencyColumns<TopicRow>(),
    errorsColumn(),
    {
      key: "producers",
      head: "Producers",
      kind: "number",
      sort: (row) => row.producers.length,
      cell: (row) => <span title={row.producers.join("\n")}>{row.producers.length}</span>,
    },
    {
      key: "groups",
      head: "Groups",
      kind: "number",
      sort: (row) => row.groups.length,
      cell: (row) => <span title={row.groups.join("\n")}>{row.groups.length}</span>,
    },
    {
      key: "lag",
      head: "Max lag",
      kind: "number",
      chars: 12,
      sort: (row) => row.maxLag?.records ?? null,
      cell: (row) => lagText(row.maxLag),
    },
  ];
}

export function clientColumns(listeners: boolean): readonly Column<ClientRow>[] {
  return [
    { key: "client", head: "Client", sort: (row) => row.client, cell: (row) => <Name name={row.client} /> },
    ...listenerColumn<ClientRow>(listeners),
    {
      key: "software",
      head: "Software",
      sort: (row) => row.software[0] ?? null,
      cell: (row) => <span title={row.software.join("\n")}>{listText(row.software, 1)}</span>,
    },
    {
      key: "connections",
      head: "Conn",
      kind: "number",
      chars: 5,
      sort: (row) => row.connections,
      cell: (row) => amount(row.connections),
    },
    okColumn(),
    requestsColumn(),
    sparkColumn("", clientKey, "rate"),
    {
      key: "produced",
      head: "Prod B/s",
      kind: "number",
      chars: 9,
      sort: (row) => row.produce.bytesPerSecond,
      cell: (row) => bytesRate(row.produce.bytesPerSecond),
    },
    {
      key: "fetched",
      head: "Fetch B/s",
      kind: "number",
      chars: 9,
      sort: (row) => row.fetch.bytesPerSecond,
      cell: (row) => bytesRate(row.fetch.bytesPerSecond),
    },
    ...latencyColumns<ClientRow>(["p50", "p99"]),
    errorsColumn(),
    {
      key: "throttled",
      head: "Throttled",
      kind: "number",
      chars: 6,
      sort: (row) => row.throttledMs,
      cell: (row) => (row.throttledMs === 0 ? "-" : duration(row.throttledMs)),
    },
    { key: "tls", head: "TLS", sort: (row) => row.tls, cell: (row) => row.tls },
    { key: "auth", head: "Auth", sort: (row) => row.auth, cell: (row) => row.auth },
    {
      key: "problems",
      head: "Problems",
      sort: (row) => row.problems.length,
      cell: (row) =>
        row.problems.length === 0 ? "-" : <span class="warn">{listText(row.problems, 3)}</span>,
    },
  ];
}

export function groupColumns(listeners: boolean, now: number): readonly Column<GroupRow>[] {
  return [
    { key: "group", head: "Group", sort: (row) => row.group, cell: (row) => <Name name={row.group} /> },
    ...listenerColumn<GroupRow>(listeners),
    {
      key: "state",
      head: "State",
      chars: 19,
      sort: (row) => row.state,
      cell: (row) => (
        <span class={row.state === "Stable" ? "ok" : row.state.endsWith("Rebalance") ? "warn" : "muted"}>
          {row.state}
        </span>
      ),
    },
    { key: "protocol", head: "Protocol", sort: (row) => row.protocol, cell: (row) => row.protocol },
    {
      key: "members",
      head: "Members",
      kind: "number",
      sort: (row) => row.members.length,
      cell: (row) => row.members.length,
    },
    {
      key: "topics",
      head: "Topics",
      sort: (row) => row.topics.length,
      cell: (row) => listText(row.topics.map(({ topic }) => topic)),
    },
    {
      key: "lag",
      head: "Lag",
      kind: "number",
      chars: 6,
      sort: (row) => row.lag?.records ?? null,
      cell: (row) => amount(row.lag?.records ?? null),
    },
    sparkColumn("", groupKey, "lag"),
    {
      key: "lag-time",
      head: "Lag time",
      kind: "number",
      chars: 6,
      sort: (row) => row.lag?.seconds ?? null,
      cell: ({ lag }) => (lag === null || lag.seconds === null ? "-" : duration(lag.seconds * 1_000)),
    },
    {
      key: "commits",
      head: "Commits/s",
      kind: "number",
      chars: 6,
      sort: (row) => row.commitsPerSecond,
      cell: (row) => rate(row.commitsPerSecond),
    },
    {
      key: "rebalances",
      head: "Rebalances (1h)",
      kind: "number",
      sort: (row) => row.rebalances,
      cell: (row) => row.rebalances,
    },
    {
      key: "last",
      head: "Last",
      chars: 14,
      sort: (row) => row.lastRebalance?.at ?? null,
      cell: ({ lastRebalance: last }) =>
        last === null ? "-" : `${last.trigger} ${duration(Math.max(0, now - last.at))} ago`,
    },
  ];
}
