import type { TrafficView } from "@pagoda/traffic/view";

import { adminClient, adminFlags } from "../admin-client/flags.ts";
import { helpFlag } from "../commands/command.ts";
import type { Command } from "../commands/command.ts";
import { exitCodes } from "../exit.ts";
import { readFlags } from "../flags.ts";
import type { Flags } from "../flags.ts";
import { jsonPathText, readForm } from "../output/form.ts";
import { safeJson } from "../output/safe.ts";
import { processTerminal } from "../output/terminal.ts";
import type { Terminal } from "../output/terminal.ts";
import { emptyHint } from "./empty.ts";
import { outputFlags, readWindow } from "./flags.ts";
import { dotGraph, mermaidGraph } from "./graph.ts";
import { show } from "./show.ts";
import { tableOf } from "./tables.ts";

const forms = ["text", "wide", "json", "dot", "mermaid"] as const;
const flags = { ...outputFlags(forms), ...adminFlags, ...helpFlag } as const satisfies Flags;

/** `pagoda edges` */
export const edges: Command = {
  name: "edges",
  group: "SEE",
  summary: "who sends to which topic, and which group reads it; as a table or a graph",
  usage: ["edges [FLAGS]"],
  flags,
  examples: [
    "pagoda edges",
    "pagoda edges -o dot | dot -Tsvg > edges.svg",
    "pagoda edges -o jsonpath='[*].target.name'",
  ],
  run: (args) => runEdges(args),
};

/** @throws UsageError, and what AdminClient throws */
export async function runEdges(args: readonly string[], terminal?: Terminal): Promise<number> {
  const values = readFlags("edges", flags, args);
  const form = readForm(values.output, forms);
  const out = terminal ?? processTerminal({ noColor: values["no-color"] !== undefined });
  const client = adminClient(values);
  const watch = values.watch !== undefined;
  const text = async (view: TrafficView): Promise<string> => {
    switch (form.kind) {
      case "json":
        return `${safeJson(view.edges, watch ? undefined : 2)}\n`;
      case "jsonpath":
        return jsonPathText(view.edges, form.steps);
      case "dot":
        return dotGraph(view.edges);
      case "mermaid":
        return mermaidGraph(view.edges);
      case "text":
      case "wide":
      default: {
        if (view.edges.length === 0) return emptyHint(client);
        const table = tableOf(view, "edges", out.now());
        const wide = form.kind === "wide";
        return `${table.lines({ wide, width: out.columns(), color: out.color }).join("\n")}\n`;
      }
    }
  };
  await show({ client, window: readWindow(values.window), watch, terminal: out, text });
  return exitCodes.ok;
}
