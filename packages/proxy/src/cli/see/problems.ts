import type { Problem, TrafficView } from "@pagoda/traffic/view";

import { adminClient, adminFlags } from "../admin-client/flags.ts";
import { helpFlag } from "../commands/command.ts";
import type { Command } from "../commands/command.ts";
import { exitCodes } from "../exit.ts";
import { readFlags } from "../flags.ts";
import type { Flags } from "../flags.ts";
import { jsonPathText, readForm } from "../output/form.ts";
import { safe, safeJson } from "../output/safe.ts";
import { painted } from "../output/table.ts";
import { processTerminal } from "../output/terminal.ts";
import type { Terminal } from "../output/terminal.ts";
import { age } from "../output/units.ts";
import { outputFlags, readWindow } from "./flags.ts";
import { show } from "./show.ts";
import { tableOf } from "./tables.ts";

const forms = ["text", "wide", "json"] as const;
const flags = { ...outputFlags(forms), ...adminFlags, ...helpFlag } as const satisfies Flags;

/** `pagoda problems` */
export const problems: Command = {
  name: "problems",
  group: "SEE",
  summary: "what clients, topics and groups do badly, and what to do about it",
  usage: ["problems [FLAGS]"],
  flags,
  examples: ["pagoda problems", "pagoda problems -o wide", "pagoda problems -o json"],
  run: (args) => runProblems(args),
};

/** @throws UsageError, and what AdminClient throws */
export async function runProblems(args: readonly string[], terminal?: Terminal): Promise<number> {
  const values = readFlags("problems", flags, args);
  const form = readForm(values.output, forms);
  const out = terminal ?? processTerminal({ noColor: values["no-color"] !== undefined });
  const watch = values.watch !== undefined;
  const text = (view: TrafficView): string => {
    if (form.kind === "json") return `${safeJson(view.problems, watch ? undefined : 2)}\n`;
    if (form.kind === "jsonpath") return jsonPathText(view.problems, form.steps);
    if (view.problems.length === 0) return "No problems found.\n";
    if (form.kind === "wide") {
      return `${tableOf(view, "problems", out.now()).lines({ wide: true, color: out.color }).join("\n")}\n`;
    }
    return view.problems.map((problem) => paragraph(problem, out)).join("");
  };
  const client = adminClient(values);
  await show({ client, window: readWindow(values.window), watch, terminal: out, text });
  return exitCodes.ok;
}

function paragraph({ severity, subject, kind, since, summary, advice }: Problem, out: Terminal): string {
  const bullet = painted("●", out.color ? (severity === "critical" ? "bad" : "warning") : undefined);
  const who = safe(`${subject.kind} ${subject.name}`);
  return `${bullet} ${who}: ${safe(summary)} (${kind}, since ${age(since, out.now())})\n  ${safe(advice)}\n`;
}
