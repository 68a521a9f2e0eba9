import type {
  AnswerCounts,
  ApiState,
  BrokerState,
  ClientState,
  EdgeState,
  FlowCounts,
  GroupState,
  LatencyCounts,
  ListenerState,
  PartitionState,
  TopicState,
} from "../state/state.ts";

/** The rows that are counted, by kind. */
export interface RowOf {
  readonly listener: ListenerState;
  readonly api: ApiState;
  readonly topic: TopicState;
  readonly partition: PartitionState;
  readonly client: ClientState;
  readonly broker: BrokerState;
  readonly edge: EdgeState;
  readonly group: GroupState;
}

export type Kind = keyof RowOf;

type AnswerName = Exclude<keyof AnswerCounts, "latency" | "errors">;
type FlowName = keyof FlowCounts;

/** The numbers of each kind that only rise, and that rates need. */
interface CountedNames {
  readonly listener:
    | AnswerName
    | "bytesIn"
    | "bytesOut"
    | "totalMs"
    | "brokerMs"
    | "sent"
    | "plaintextRemote";
  readonly api: AnswerName | "totalMs" | "brokerMs";
  readonly topic: AnswerName | FlowName;
  readonly partition: "producedRecords" | "producedBytes" | "leaderMoves";
  readonly client:
    | AnswerName
    | FlowName
    | "opened"
    | "uncompressedBatches"
    | "unacknowledged"
    | "metadataRequests"
    | "emptyFetches"
    | "commits"
    | "throttledMs";
  readonly broker: AnswerName;
  readonly edge: "requests" | "failed" | "records" | "bytes";
  readonly group: "commits";
}

export type Counted<K extends Kind> = CountedNames[K] & string;

const answers: readonly AnswerName[] = ["requests", "success", "retriable", "failure"];
/** Of a topic or a client: what went through it. */
export const flows: readonly FlowName[] = [
  "producedRecords",
  "producedBytes",
  "producedBatches",
  "produceRequests",
  "fetchedRecords",
  "fetchedBytes",
  "fetchRequests",
];

/** Their order in `Counts.numbers`. */
export const counted: { readonly [K in Kind]: readonly Counted<K>[] } = {
  listener: [...answers, "bytesIn", "bytesOut", "totalMs", "brokerMs", "sent", "plaintextRemote"],
  api: [...answers, "totalMs", "brokerMs"],
  topic: [...answers, ...flows],
  partition: ["producedRecords", "producedBytes", "leaderMoves"],
  client: [
    ...answers,
    ...flows,
    "opened",
    "uncompressedBatches",
    "unacknowledged",
    "metadataRequests",
    "emptyFetches",
    "commits",
    "throttledMs",
  ],
  broker: answers,
  edge: ["requests", "failed", "records", "bytes"],
  group: ["commits"],
};

/** Latency counts without the zeros at both ends: `counts[0]` is of bound `from`. */
export interface TrimmedLatency {
  readonly from: number;
  readonly counts: readonly number[];
}

/** What is kept of a row: its numbers in the order of `counted`. */
export interface Counts {
  readonly numbers: readonly number[];
  readonly latency: TrimmedLatency;
  readonly errors: Readonly<Record<string, number>>;
}

const noLatency: TrimmedLatency = { from: 0, counts: [] };
const noErrors: Counts["errors"] = {};

/** Of what was not there: zero of everything. */
export const zero: Counts = { numbers: [], latency: noLatency, errors: noErrors };

export function countsOf<K extends Kind>(kind: K, row: RowOf[K]): Counts {
  const values = row as unknown as Readonly<Record<string, number>> & Partial<AnswerCounts>;
  const { latency, errors } = values;
  return {
    numbers: counted[kind].map((name) => values[name] ?? 0),
    latency: latency === undefined ? noLatency : trimmed(latency),
    errors: errors === undefined || Object.keys(errors).length === 0 ? noErrors : errors,
  };
}

/**
 * Do these numbers say that nothing happened to the row since? Latencies and errors are of answers, and
 * answers are among the numbers: they are not compared. Most rows are idle most of the time: no garbage.
 */
export function unchanged<K extends Kind>(kind: K, row: RowOf[K], { numbers }: Counts): boolean {
  const values = row as unknown as Readonly<Record<string, number>>;
  const names: readonly string[] = counted[kind];
  for (let n = 0; n < names.length; n++) if (values[names[n] ?? ""] !== numbers[n]) return false;
  return true;
}

function trimmed(latency: LatencyCounts): TrimmedLatency {
  const from = latency.findIndex((count) => count > 0);
  if (from < 0) return noLatency;
  return { from, counts: latency.slice(from, latency.findLastIndex((count) => count > 0) + 1) };
}

/** How many numbers it is to keep these. */
export function sizeOf({ numbers, latency, errors }: Counts): number {
  return numbers.length + latency.counts.length + 2 * Object.keys(errors).length;
}

/** Is any count of `now` less than it was? */
export function fell(before: Counts, now: Counts): boolean {
  return (
    before.numbers.some((number, n) => number > (now.numbers[n] ?? 0)) ||
    before.latency.counts.some((count, n) => count > latencyAt(now.latency, before.latency.from + n)) ||
    Object.entries(before.errors).some(([error, count]) => count > (now.errors[error] ?? 0))
  );
}

/** What each count rose by; 0 where it fell. */
export function increase(before: Counts, now: Counts): Counts {
  return {
    numbers: now.numbers.map((number, n) => Math.max(number - (before.numbers[n] ?? 0), 0)),
    latency: latencyIncrease(before.latency, now.latency),
    errors: errorsIncrease(before.errors, now.errors),
  };
}

export function latencyIncrease(before: TrimmedLatency, now: TrimmedLatency): TrimmedLatency {
  if (before === now) return noLatency;
  const counts = now.counts.map((count, n) => Math.max(count - latencyAt(before, now.from + n), 0));
  return { from: now.from, counts };
}

export function errorsIncrease(before: Counts["errors"], now: Counts["errors"]): Counts["errors"] {
  if (before === now) return noErrors;
  const errors: Record<string, number> = {};
  for (const [error, count] of Object.entries(now)) {
    const more = count - (before[error] ?? 0);
    if (more > 0) errors[error] = more;
  }
  return errors;
}

/** Both added. */
export function sum(one: Counts, other: Counts): Counts {
  const errors = { ...one.errors };
  for (const [error, count] of Object.entries(other.errors)) errors[error] = (errors[error] ?? 0) + count;
  const [long, short] =
    one.numbers.length >= other.numbers.length ? [one.numbers, other.numbers] : [other.numbers, one.numbers];
  return {
    numbers: long.map((number, n) => number + (short[n] ?? 0)),
    latency: addLatency(one.latency, other.latency),
    errors,
  };
}

/** Both added. */
export function addLatency(one: TrimmedLatency, other: TrimmedLatency): TrimmedLatency {
  if (one.counts.length === 0) return other;
  if (other.counts.length === 0) return one;
  const from = Math.min(one.from, other.from);
  const end = Math.max(one.from + one.counts.length, other.from + other.counts.length);
  const counts = Array.from(
    { length: end - from },
    (_, n) => latencyAt(one, from + n) + latencyAt(other, from + n),
  );
  return { from, counts };
}

function latencyAt({ from, counts }: TrimmedLatency, bound: number): number {
  return counts[bound - from] ?? 0;
}
