import type { TrafficView } from "@pagoda/traffic/view";

import { adminClient, adminFlags } from "../admin-client/flags.ts";
import { helpFlag } from "../commands/command.ts";
import type { Command } from "../commands/command.ts";
import { exitCodes, UsageError } from "../exit.ts";
import { suggestion } from "../../text/suggestion.ts";
import { readArguments } from "../flags.ts";
import type { Argument, Flags, NameKind } from "../flags.ts";
import { jsonPathText, readForm } from "../output/form.ts";
import { safe, safeJson } from "../output/safe.ts";
import { processTerminal } from "../output/terminal.ts";
import type { Terminal } from "../output/terminal.ts";
import { emptyHint } from "./empty.ts";
import { outputFlags, readWindow } from "./flags.ts";
import { show } from "./show.ts";
import { tableOf } from "./tables.ts";

const kinds = ["topics", "clients", "groups", "brokers", "apis", "listeners"] as const;
type Kind = (typeof kinds)[number];

const flags = {
  ...outputFlags(["text", "wide", "json"]),
  ...adminFlags,
  ...helpFlag,
} as const satisfies Flags;

const places: readonly Argument[] = [
  { name: "KIND", required: true, completes: kinds },
  { name: "NAME", completes: ([kind = ""]) => kind.replace(/s$/, "") as NameKind },
];

/** `pagoda stat` */
export const stat: Command = {
  name: "stat",
  group: "SEE",
  summary: "topics, clients, groups, brokers, apis, listeners: rates, latency, errors, lag",
  usage: [`stat ${kinds.join("|")} [NAME] [FLAGS]`],
  arguments: places,
  flags,
  notes: `OK is the share of answers without an error. A lag time of ~4s is by the records' timestamps.
Columns that do not fit are left out, then names are cut; -o wide and pipes show all of it.

EXIT      0, 1 there is no such NAME or no proxy, 2 wrong usage`,
  examples: [
    "pagoda stat topics",
    "pagoda stat clients checkout -t 15m -o wide",
    "pagoda stat groups -o json",
  ],
  run: (args) => runStat(args),
};

/** @throws UsageError, and what AdminClient throws */
export async function runStat(args: readonly string[], terminal?: Terminal): Promise<number> {
  const { values, positionals } = readArguments("stat", { flags, arguments: places }, args);
  const [asked = "", name] = positionals;
  const kind = kinds.find((each) => each === asked || each === `${asked}s`);
  if (kind === undefined) {
    const near = suggestion(asked, kinds, "pagoda stat ");
    throw new UsageError(`stat has ${kinds.join(", ")}, not "${asked}"${near} (see: pagoda stat --help)`);
  }
  const form = readForm(values.output, ["text", "wide", "json"]);
  const window = readWindow(values.window);
  const out = terminal ?? processTerminal({ noColor: values["no-color"] !== undefined });
  const client = adminClient(values);
  const watch = values.watch !== undefined;
  const text = async (view: TrafficView): Promise<string> => {
    const all = tableOf(view, kind, out.now());
    const table = all.pick(all.names.flatMap((each, at) => (name === undefined || each === name ? at : [])));
    if (name !== undefined && table.rows.length === 0 && !watch) throw unknownName(kind, name, all.names);
    if (form.kind === "json") return `${safeJson(table.rows, watch ? undefined : 2)}\n`;
    if (form.kind === "jsonpath") return jsonPathText(table.rows, form.steps);
    if (table.rows.length === 0) return isQuiet(view) ? emptyHint(client) : `No ${kind} seen yet.\n`;
    const lines = table.lines({ wide: form.kind === "wide", width: out.columns(), color: out.color });
    return `${[...lines, ...notesOf(view, kind, name)].join("\n")}\n`;
  };
  await show({ client, window, watch, terminal: out, text });
  return exitCodes.ok;
}

/** Whether nobody has been here at all. */
export function isQuiet({ topics, clients, groups, apis }: TrafficView): boolean {
  return [topics, clients, groups, apis].every((rows) => rows.length === 0);
}

/** Where a group's figures cannot be told, why. */
function notesOf({ groups }: TrafficView, kind: Kind, name: string | undefined): readonly string[] {
  if (kind !== "groups") return [];
  return groups.flatMap(({ group, ambiguous }) =>
    ambiguous === null || (name !== undefined && name !== group) ? [] : safe(`${group}: ${ambiguous}`),
  );
}

function unknownName(kind: Kind, name: string, names: readonly string[]): Error {
  const near = suggestion(name, names, `pagoda stat ${kind} `);
  return new Error(safe(`no ${kind.replace(/s$/, "")} "${name}" has been seen${near}`));
}
