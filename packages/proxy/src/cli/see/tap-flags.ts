import { adminFlags } from "../admin-client/flags.ts";
import { helpFlag } from "../commands/command.ts";
import type { Command } from "../commands/command.ts";
import { UsageError } from "../exit.ts";
import { FlagReader } from "../flag-reader.ts";
import { readFlags } from "../flags.ts";
import type { Flags, FlagValues } from "../flags.ts";

const diagrams = ["mermaid", "ascii", "svg"] as const;

const flags = {
  api: { value: "API", help: "only this API, as Produce", completes: "api" },
  topic: { value: "TOPIC", help: "only what names this topic; * stands for anything", completes: "topic" },
  client: { value: "CLIENT", help: "only this client id; * stands for anything", completes: "client" },
  group: { value: "GROUP", help: "only this group; * stands for anything", completes: "group" },
  error: {
    value: "ERROR",
    optional: "any",
    help: "only answers with an error, or with this one",
    completes: "error",
  },
  conn: { value: "ID", help: "only this connection" },
  slow: { value: "DURATION", help: "only what took longer, as 20ms" },
  records: { value: "N", help: "show keys and headers of so many records", fallback: "0" },
  values: { help: "and values, where the configuration allows it" },
  "max-rps": { value: "N", help: "exchanges a second at most; the rest is counted", fallback: "100" },
  output: {
    short: "o",
    value: "text|json",
    help: "two lines, or JSON",
    fallback: "text",
    completes: ["text", "json"],
  },
  diagram: { value: diagrams.join("|"), help: "draw the sequence at the end", completes: diagrams },
  count: { short: "n", value: "COUNT", help: "end after so many" },
  for: { value: "DURATION", help: "end after so long, as 10s" },
  ...adminFlags,
  ...helpFlag,
} as const satisfies Flags;

/** `pagoda tap` */
export const tap: Command = {
  name: "tap",
  group: "SEE",
  summary: "requests and answers as they pass, filtered by the proxy",
  usage: ["tap [FLAGS]"],
  flags,
  notes: "All filters must hold. What was missed is said on standard error. Ctrl-C ends it.",
  examples: [
    "pagoda tap --api Produce --topic orders --slow 20ms",
    "pagoda tap --client checkout --error -o json | jq .errors",
    "pagoda tap --conn 7 --diagram mermaid -n 20",
  ],
  run: async (args) => (await import("./tap.ts")).runTap(args),
};

/** As `/api/tap` takes them. */
export type TapQuery = Readonly<Record<string, string | undefined>>;

export interface TapArguments {
  readonly query: TapQuery;
  readonly values: FlagValues<typeof flags>;
  readonly count: number | undefined;
  readonly forMs: number | undefined;
  readonly diagram: (typeof diagrams)[number] | undefined;
  readonly json: boolean;
}

/** @throws UsageError naming every flag with a value that it cannot have */
export function readTapFlags(args: readonly string[]): TapArguments {
  const faults: string[] = [];
  const values = readFlags("tap", flags, args);
  const read = new FlagReader(values, faults);
  const diagram = read.oneOf("diagram", diagrams);
  const output = read.oneOf("output", ["text", "json"]);
  if (diagram !== undefined && output === "json") faults.push("--diagram and -o json exclude each other");
  if (values.values !== undefined && values.records === undefined) faults.push("--values needs --records N");
  const query = {
    api: values.api,
    topic: values.topic,
    client: values.client,
    group: values.group,
    error: values.error,
    connection: values.conn,
    slowerThanMs: read.duration("slow")?.toString(),
    records: values.records === "0" ? undefined : read.count("records")?.toString(),
    values: values.values,
    maxPerSecond: read.count("max-rps")?.toString(),
  };
  const [count, forMs] = [read.count("count"), read.duration("for")];
  if (faults.length > 0) throw new UsageError(`${faults.join("; ")} (see: pagoda tap --help)`);
  return { query, values, count, forMs, diagram, json: output === "json" };
}
