import type { EdgeState } from "../../state/state.ts";
import type { GroupRow, Lag, TopicRow } from "../../view/rows.ts";
import { byName } from "../by-name.ts";
import type { Change } from "../change.ts";
import { key, keyOf } from "../keys.ts";
import { answered, worstFirst } from "./answered.ts";
import { flow } from "./client-rows.ts";

/** For so long a client produces to a topic, and a group reads it, after it did. */
const activeMs = 15 * 60_000;

export function topicRows(change: Change, groups: readonly GroupRow[]): readonly TopicRow[] {
  const { atMs, edges, topics } = change.state;
  const active = edges.filter(({ lastMs }) => atMs - lastMs <= activeMs);
  const producers = namesByTopic(active, "produce");
  const readers = namesByTopic(active, "fetch");
  const lags = largestLags(groups);
  const rows = topics.map((now) => {
    const more = change.of("topic", now);
    const topicKey = keyOf.topic(now);
    return {
      listener: now.listener,
      topic: now.topic,
      ...answered(change, more),
      produce: {
        ...flow(change, more.producedRecords, more.producedBytes),
        requestsPerSecond: change.perSecond(more.produceRequests),
      },
      fetch: {
        ...flow(change, more.fetchedRecords, more.fetchedBytes),
        requestsPerSecond: change.perSecond(more.fetchRequests),
      },
      producers: producers.get(topicKey) ?? [],
      groups: readers.get(topicKey) ?? [],
      partitions: now.partitionCount,
      maxLag: lags.get(topicKey) ?? null,
      lastProducedAt: now.lastProducedMs > 0 ? now.lastProducedMs : null,
    };
  });
  return worstFirst(rows, ({ listener, topic }) => `${topic} ${listener}`);
}

/** Who is at the other end of edges from or to each topic; for `fetch` only groups. */
function namesByTopic(edges: readonly EdgeState[], op: EdgeState["op"]): Map<string, readonly string[]> {
  const names = new Map<string, Set<string>>();
  for (const { listener, from, fromKind, to, toKind, op: edgeOp } of edges) {
    if (edgeOp !== op) continue;
    const [topic, name] = op === "produce" ? [to, from] : [from, to];
    if (op === "produce" ? fromKind !== "client" : toKind !== "group") continue;
    const topicKey = key(listener, topic);
    const known = names.get(topicKey);
    if (known === undefined) names.set(topicKey, new Set([name]));
    else known.add(name);
  }
  return new Map([...names].map(([topicKey, known]) => [topicKey, [...known].toSorted(byName)]));
}

function largestLags(groups: readonly GroupRow[]): Map<string, Lag> {
  const largest = new Map<string, Lag>();
  for (const { listener, topics } of groups) {
    for (const { topic, lag } of topics) {
      const topicKey = key(listener, topic);
      if (lag !== null && lag.records >= (largest.get(topicKey)?.records ?? 0)) largest.set(topicKey, lag);
    }
  }
  return largest;
}
