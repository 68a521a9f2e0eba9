import type { Actor, EdgeRow, GroupRow, TrafficView, Window } from "@pagoda/traffic/view";

import type { KafkaTools } from "../../scripts/kafka/tools.ts";

/** What a proxy says of its traffic. Without a window, of all since it started, up to 15 minutes. */
export async function trafficOf(admin: string, window: Window = "15m"): Promise<TrafficView> {
  const response = await fetch(`${admin}/api/traffic?window=${window}`);
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as TrafficView;
}

/** How many there were in the window, of what a view has per second. */
export function counted({ windowSeconds }: Pick<TrafficView, "windowSeconds">, perSecond: number): number {
  const count = perSecond * windowSeconds;
  // Counts are whole: what is left is the error of the division.
  if (Math.abs(count - Math.round(count)) > 1e-6) throw new Error(`${count} is no count`);
  return Math.round(count);
}

/** An edge, with all the records that went over it. */
export interface Edge extends Pick<EdgeRow, "op" | "tls" | "auth" | "errorShare"> {
  readonly from: string;
  readonly to: string;
  readonly records: number;
}

/** The edges from or to a topic, by their ends. */
export function edgesOf(view: TrafficView, topic: string): readonly Edge[] {
  return view.edges
    .filter(({ source, target }) => [source, target].some((end) => isTopic(end, topic)))
    .map(({ source, target, op, recordsPerSecond, tls, auth, errorShare }) => ({
      from: nameOf(source),
      to: nameOf(target),
      op,
      records: counted(view, recordsPerSecond),
      tls,
      auth,
      errorShare,
    }))
    .toSorted((a, b) => (`${a.from} ${a.to}` < `${b.from} ${b.to}` ? -1 : 1));
}

function isTopic({ kind, name }: Actor, topic: string): boolean {
  return kind === "topic" && name === topic;
}

/** Names of clients, topics and groups may be the same. */
function nameOf({ kind, name }: Actor): string {
  return `${kind} ${name}`;
}

/** @throws Error where it is not seen */
export function groupOf({ groups }: Pick<TrafficView, "groups">, group: string): GroupRow {
  const row = groups.find((each) => each.group === group);
  if (row === undefined) throw new Error(`no group ${group}`);
  return row;
}

/** Where a group is on one partition that it has committed an offset of. */
export interface PartitionLag {
  readonly topic: string;
  readonly partition: number;
  readonly committed: number;
  readonly end: number | null;
  readonly lag: number | null;
}

/** What a proxy says of a group's lag. */
export function lagsOf({ topics }: GroupRow): readonly PartitionLag[] {
  return topics.flatMap(({ topic, partitions }) =>
    partitions.flatMap(({ partition, committed, end, lag }) =>
      committed === null ? [] : [{ topic, partition, committed, end, lag: lag?.records ?? null }],
    ),
  );
}

/** The same of several groups, by Kafka's own `kafka-consumer-groups --describe`. */
export async function lagsByKafka(
  tools: KafkaTools,
  bootstrap: string,
  groups: readonly string[],
): Promise<ReadonlyMap<string, readonly PartitionLag[]>> {
  const named = groups.flatMap((group) => ["--group", group]);
  const describe = ["--bootstrap-server", bootstrap, "--describe", "--offsets", ...named];
  const lags = new Map<string, PartitionLag[]>(groups.map((group) => [group, []]));
  let head: readonly string[] = [];
  for (const line of (await tools.run("consumer-groups", describe)).split("\n")) {
    const row = line.trim().split(/\s+/);
    // Each group has a head of its own.
    if (row[0] === "GROUP") head = row;
    const column = (name: string): string => row[head.indexOf(name)] ?? "";
    const committed = numberOf(column("CURRENT-OFFSET"));
    if (row === head || committed === null) continue;
    lags.get(column("GROUP"))?.push({
      topic: column("TOPIC"),
      partition: Number(column("PARTITION")),
      committed,
      end: numberOf(column("LOG-END-OFFSET")),
      lag: numberOf(column("LAG")),
    });
  }
  for (const rows of lags.values()) rows.sort((a, b) => a.partition - b.partition);
  return lags;
}

/** Kafka prints a dash where there is none. */
function numberOf(text: string): number | null {
  return /^\d+$/.test(text) ? Number(text) : null;
}
