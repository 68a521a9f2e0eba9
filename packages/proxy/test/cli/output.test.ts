import type { TrafficView } from "@pagoda/traffic/view";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";

import { runEdges } from "../../src/cli/see/edges.ts";
import { runProblems } from "../../src/cli/see/problems.ts";
import { runStat } from "../../src/cli/see/stat.ts";
import { runTop } from "../../src/cli/top/run-top.ts";
import type { Terminal } from "../../src/cli/output/terminal.ts";
import { fakeAdmin, json } from "./fake-admin.ts";
import { keptTerminal } from "./kept-terminal.ts";
import { hostile } from "./hostile-traffic.ts";
import { quiet, traffic } from "./traffic-view.ts";

type Run = (args: readonly string[], terminal?: Terminal) => Promise<number>;

const runs: Readonly<Record<string, Run>> = {
  stat: runStat,
  edges: runEdges,
  problems: runProblems,
  top: runTop,
};

async function output(
  line: string,
  view: TrafficView = traffic,
  options: { readonly columns?: number; readonly color?: boolean } = {},
): Promise<string> {
  await using admin = await fakeAdmin({
    "/api/traffic": json(view),
    "/api/listeners": json({ listeners: [{ name: "main", address: "127.0.0.1:19092" }] }),
  });
  const terminal = keptTerminal(options);
  const [name = "", ...args] = line.split(" ");
  expect(await runs[name]?.([...args, "--admin", admin.url], terminal)).toBe(0);
  return terminal.printed();
}

function golden(name: string): string {
  return join(import.meta.dirname, "golden", `${name}.txt`);
}

describe("what is printed", () => {
  it.each([
    "stat topics",
    "stat clients",
    "stat groups",
    "stat brokers",
    "stat apis",
    "stat listeners",
    "stat topics -o wide",
    "stat clients -o wide",
    "stat topics payments",
    "stat groups -o json",
    "stat topics -o jsonpath=[*].latency.p99",
    "edges",
    "edges -o wide",
    "edges -o json",
    "edges -o dot",
    "edges -o mermaid",
    "problems",
    "problems -o wide",
    "top",
  ])("pagoda %s", async (line) => {
    await expect(await output(line)).toMatchFileSnapshot(golden(line.replaceAll(/[^\w-]+/g, "-")));
  });

  it.each([80, 200])("fits into %i columns", async (columns) => {
    const all = await Promise.all(
      ["topics", "clients", "groups", "apis", "listeners"].map((kind) =>
        output(`stat ${kind}`, traffic, { columns }),
      ),
    );
    const text = all.join("\n");
    await expect(text).toMatchFileSnapshot(golden(`stat-${columns}-columns`));
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(columns);
  });

  it("has colours for health where they are wanted, and the same words", async () => {
    const colored = await output("stat topics", traffic, { color: true });
    await expect(colored).toMatchFileSnapshot(golden("stat-topics-color"));
    expect(stripVTControlCharacters(colored)).toBe(await output("stat topics"));
  });

  it.each(["stat topics", "stat groups", "edges", "top"])(
    "%s says what to do without traffic",
    async (line) => {
      await expect(await output(line, quiet)).toMatchFileSnapshot(golden("no-traffic"));
    },
  );

  it("says that there are no problems", async () => {
    expect(await output("problems", quiet)).toBe("No problems found.\n");
  });

  it("prints the rows of the API untouched as JSON", async () => {
    expect(JSON.parse(await output("stat topics -o json"))).toEqual(traffic.topics);
    expect(JSON.parse(await output("edges -o json", hostile))).toEqual(hostile.edges);
  });
});

describe("names that clients chose", () => {
  it.each(
    ["stat clients", "stat topics", "stat groups", "edges", "problems"].flatMap((line) =>
      ["text", "wide", "json"].map((form) => `${line} -o ${form}`),
    ),
  )("never reach the terminal as they are: %s", async (line) => {
    expect(await output(line, hostile)).not.toMatch(/[^\P{C}\n]/u);
  });

  it.each(["edges -o dot", "edges -o mermaid", "stat clients -o jsonpath=[*].client"])(
    "nor through %s",
    async (line) => {
      expect(await output(line, hostile)).not.toMatch(/[^\P{C}\n]/u);
    },
  );

  it("take one line each", async () => {
    expect((await output("stat clients", hostile)).trimEnd().split("\n")).toHaveLength(2);
  });
});

describe("what cannot be printed", () => {
  it("is said with the nearest there is", async () => {
    await expect(output("stat topics order")).rejects.toThrow(
      'no topic "order" has been seen - did you mean pagoda stat topics orders?',
    );
    await expect(output("stat topic")).resolves.toContain("TOPIC");
    await expect(output("stat topcs")).rejects.toThrow("did you mean pagoda stat topics?");
    await expect(output("stat")).rejects.toThrow("KIND is missing");
    await expect(output("stat topics -t 5m")).rejects.toThrow('-t must be 10s, 1m, 15m, got "5m"');
    await expect(output("stat topics -o jsn")).rejects.toThrow("did you mean json?");
    await expect(output("stat topics -o jsonpath=[*")).rejects.toThrow('cannot read it from "[*" on');
  });
});
