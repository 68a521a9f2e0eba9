import { describe, expect, it } from "vitest";

import { readTapFlags } from "../../src/cli/see/tap-flags.ts";
import { runTap } from "../../src/cli/see/tap.ts";
import { events, fakeAdmin } from "./fake-admin.ts";
import { keptTerminal } from "./kept-terminal.ts";
import { hostileName } from "./hostile-traffic.ts";
import { exchange } from "./traffic-view.ts";

async function tapped(args: readonly string[], sent: readonly (readonly [string, unknown])[]) {
  await using admin = await fakeAdmin({ "/api/tap": events(...sent) });
  const terminal = keptTerminal();
  const code = await runTap([...args, "--admin", admin.url], terminal);
  return { code, asked: admin.asked, printed: terminal.printed(), remarks: terminal.remarks };
}

describe("pagoda tap", () => {
  it("has the proxy filter", async () => {
    const args =
      "--api Produce --topic orders --client c* --group g --error --conn 7 --slow 20ms --records 2 --values --max-rps 5";
    const { asked } = await tapped(args.split(" "), []);
    expect(Object.fromEntries(new URL(`http://x${asked[0]?.slice(4)}`).searchParams)).toEqual({
      api: "Produce",
      topic: "orders",
      client: "c*",
      group: "g",
      error: "any",
      connection: "7",
      slowerThanMs: "20",
      records: "2",
      values: "true",
      maxPerSecond: "5",
    });
  });

  it("prints each exchange, and says what was missed", async () => {
    const { code, printed, remarks } = await tapped(
      [],
      [
        ["event", exchange],
        ["missed", { kind: "missed", sampledOut: 3, dropped: 1 }],
        ["event", { kind: "event", event: exchange }],
      ],
    );
    expect(code).toBe(0);
    expect(printed.match(/id=7:1842/g)?.length).toBeGreaterThanOrEqual(2);
    expect(remarks).toEqual([
      "missed: 3 left out above --max-rps, 1 dropped because this side reads too slowly",
    ]);
  });

  it("ends after as many as were asked for", async () => {
    const all = Array.from({ length: 5 }, () => ["event", exchange] as const);
    const { printed } = await tapped(["-n", "2", "-o", "json"], all);
    expect(
      printed
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([exchange, exchange]);
  });

  it("draws at the end", async () => {
    const { printed } = await tapped(["--diagram", "mermaid"], [["event", exchange]]);
    expect(printed).toMatch(/^sequenceDiagram\n/);
    const { printed: none, remarks } = await tapped(["--diagram", "mermaid"], []);
    expect(none).toBe("");
    expect(remarks.at(-1)).toBe("nothing matched: there is nothing to draw");
  });

  it.each([
    ["-o", "text"],
    ["-o", "json"],
    ["--diagram", "mermaid"],
  ])("never shows a name as it is: %s %s", async (...args) => {
    const { printed } = await tapped(args, [["event", { ...exchange, client: hostileName }]]);
    expect(printed).not.toMatch(/[^\P{C}\n]/u);
  });

  it("names every value that cannot be", () => {
    const args = ["--slow", "20", "--records", "x", "--diagram", "png", "-n", "0", "--max-rps", "-"];
    expect(() => readTapFlags(args)).toThrow(
      /--diagram must be .*; --slow must be .*; --records must be .*; --max-rps must be .*; --count must be/,
    );
    expect(() => readTapFlags(["--values"])).toThrow("--values needs --records N");
  });
});
