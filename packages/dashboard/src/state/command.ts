import type { Window } from "@pagoda/traffic/view";

import type { Route } from "./route.ts";

/** Where the command line looks unless it is told. */
const defaultAdmin = "http://127.0.0.1:9190";

/** The command that shows in a terminal what a view shows. */
export function commandFor({ view, path, query }: Route, window: Window, origin: string): string {
  const admin = origin === defaultAdmin ? [] : ["--admin", origin];
  const name = path.at(-1);
  const stat = (what: string): string => words("pagoda", "stat", what, "-t", window, ...admin);
  switch (view) {
    case "overview":
      return words("pagoda", "edges", "-t", window, ...admin);
    case "topics":
      return name === undefined ? stat("topics") : words("pagoda", "tap", "--topic", name, ...admin);
    case "clients":
      return name === undefined ? stat("clients") : words("pagoda", "tap", "--client", name, ...admin);
    case "groups":
      return name === undefined ? stat("groups") : words("pagoda", "tap", "--group", name, ...admin);
    case "brokers":
      return stat("brokers");
    case "apis":
      return stat("apis");
    case "layers":
      return words("curl", "-s", `${origin}/stacks`);
    case "connections":
      return name === undefined
        ? words("curl", "-s", `${origin}/api/connections`)
        : words("pagoda", "tap", "--conn", name, "--diagram", "mermaid", ...admin);
    case "tap":
      return words("pagoda", "tap", ...tapFlags(query), ...admin);
    case "edge":
      return words("pagoda", "tap", ...tapFlags(edgeFilter(path)), ...admin);
    case "config":
      return words("curl", "-s", `${origin}/config`);
    default:
      return view satisfies never;
  }
}

/** Which requests an edge is of; its path is operation, kind and name of its source, then of its target. */
export function edgeFilter(path: readonly string[]): Readonly<Record<string, string>> {
  const [op, sourceKind = "", source = "", targetKind = "", target = ""] = path;
  const api = op === "produce" ? { api: "Produce" } : op === "fetch" ? { api: "Fetch" } : {};
  const ends = [
    [sourceKind, source],
    [targetKind, target],
  ].filter(([kind = ""]) => kind === "client" || kind === "topic");
  return { ...api, ...(Object.fromEntries(ends) as Record<string, string>) };
}

const flags: Readonly<Record<string, string>> = {
  api: "--api",
  topic: "--topic",
  client: "--client",
  group: "--group",
  connection: "--conn",
  error: "--error",
};

function tapFlags(query: Readonly<Record<string, string>>): readonly string[] {
  const named = Object.entries(flags).flatMap(([key, flag]) => {
    const value = query[key];
    return value === undefined || value === "" ? [] : [flag, value];
  });
  const slow = query["slowerThanMs"];
  return [...named, ...(slow === undefined || slow === "" ? [] : ["--slow", `${slow}ms`])];
}

/** Quotes for a POSIX shell what it would not take as it is. */
function words(...all: readonly string[]): string {
  return all
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(" ");
}
