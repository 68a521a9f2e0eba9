import { EventEmitter } from "node:events";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { pressKey } from "../../src/cli/top/keys.ts";
import type { Key } from "../../src/cli/top/keys.ts";
import { renderTop } from "../../src/cli/top/render.ts";
import { takeScreen } from "../../src/cli/top/screen.ts";
import { firstState, withTapLines, withTraffic } from "../../src/cli/top/state.ts";
import type { TopState } from "../../src/cli/top/state.ts";
import { widthOf } from "../../src/cli/output/width.ts";
import { hostile } from "./hostile-traffic.ts";
import { now, traffic } from "./traffic-view.ts";

const size = { columns: 100, rows: 16, color: false, now };
const begun = withTraffic(firstState, traffic);

function key(name: string): Key {
  return name.length === 1 ? { name, sequence: name } : { name };
}

/** What keys lead to, one after the other. */
function after(keys: readonly string[], from: TopState = begun): TopState {
  return keys.reduce((state, name) => pressKey(state, key(name), { page: 5, now }).state, from);
}

function frame(state: TopState, options = size): string {
  return `${renderTop(state, options).join("\n")}\n`;
}

describe("the frames of top", () => {
  it.each<[string, TopState, { readonly columns: number; readonly rows: number }]>([
    ["apis", begun, size],
    ["topics", after(["2"]), size],
    ["topics-narrow", after(["2"]), { columns: 60, rows: 8 }],
    ["edges-selected", after(["5", "down"]), size],
    ["problems", after(["6"]), size],
    ["filter", after(["3", "/", "l", "e", "g"]), size],
    ["help", after(["?"]), size],
    ["tap", withTapLines(after(["2", "t"]), ["req id=7:1", "rsp id=7:1"]), size],
    ["stale", { ...after(["p"]), staleSince: now - 5_000 }, size],
    ["waiting", firstState, size],
  ])("%s", async (name, state, { columns, rows }) => {
    const text = frame(state, { ...size, columns, rows });
    await expect(text).toMatchFileSnapshot(join(import.meta.dirname, "golden", `top-${name}.txt`));
    const lines = text.trimEnd().split("\n");
    expect(lines.length).toBeLessThanOrEqual(rows);
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
  });

  it.each(["1", "2", "3", "4", "5", "6"])("show no hostile name as it is: %s", (view) => {
    const state = after([view, "t"], withTraffic(firstState, hostile));
    expect(frame(withTapLines(state, ["x\x1b[2J"]))).not.toMatch(/[^\P{C}\n]/u);
    expect(frame(after([view], withTraffic(firstState, hostile)))).not.toMatch(/[^\P{C}\n]/u);
  });

  it("fit into a terminal of next to nothing", () => {
    for (const rows of [1, 2, 3]) expect(renderTop(begun, { ...size, columns: 5, rows })).toHaveLength(rows);
  });
});

describe("the keys of top", () => {
  it("quit with q and Ctrl-C, also out of a filter", () => {
    expect(pressKey(begun, key("q"), { page: 5, now }).quits).toBe(true);
    expect(pressKey(after(["/"]), { name: "c", ctrl: true }, { page: 5, now }).quits).toBe(true);
    expect(pressKey(after(["/"]), key("q"), { page: 5, now }).quits).toBeUndefined();
  });

  it("move within the rows", () => {
    expect(after(["2", "up"]).selected).toBe(0);
    expect(after(["2", "down"]).selected).toBe(1);
    expect(after(["2", "pagedown"]).selected).toBe(2);
    expect(after(["2", "end", "home"]).selected).toBe(0);
  });

  it("filter, keep the filter, and remove it", () => {
    expect(after(["2", "/", "p", "a", "x", "backspace", "return"])).toMatchObject({
      filter: "pa",
      isFiltering: false,
    });
    expect(after(["2", "/", "p", "escape"]).filter).toBe("");
    expect(after(["2", "/", "p", "return", "escape"]).filter).toBe("");
  });

  it("tap the selected row of what is shown", () => {
    expect(after(["1", "t"]).tap?.query).toEqual({ api: "Produce", client: "checkout" });
    expect(after(["2", "s", "down", "t"]).tap?.query).toEqual({ topic: "payments" });
    expect(after(["4", "/", "s", "e", "a", "return", "t"]).tap?.query).toEqual({ group: "search" });
    expect(after(["5", "end", "t"]).tap?.query).toEqual({ topic: "orders", group: "billing" });
    expect(after(["6", "t"]).tap?.query).toEqual({ client: "legacy-etl" });
    expect(after(["2", "t", "q"]).tap).toBeUndefined();
  });

  it("pause what is shown, and not that it is stale", () => {
    const later = { ...traffic, topics: [] };
    expect(withTraffic(after(["p"]), later).traffic).toBe(traffic);
    expect(withTraffic(after(["p", "p"]), later).traffic).toBe(later);
  });
});

describe("the screen of top", () => {
  function terminal() {
    const written: string[] = [];
    const raw: boolean[] = [];
    const input = Object.assign(new EventEmitter(), {
      setRawMode: (on: boolean) => void raw.push(on),
      resume: () => {},
      pause: () => {},
    });
    const output = Object.assign(new EventEmitter(), {
      write: (text: string) => {
        written.push(text);
        return true;
      },
    });
    return { input: input as never, output: output as never, written, raw };
  }

  it("gives the terminal back once, and leaves nothing behind", () => {
    const { input, output, written, raw } = terminal();
    const listeners = process.listenerCount("exit");
    const screen = takeScreen({ input, output, onKey: () => {}, onResize: () => {} });
    screen.draw(["a", "b"]);
    screen[Symbol.dispose]();
    screen[Symbol.dispose]();
    screen.draw(["late"]);
    expect(raw).toEqual([true, false]);
    expect(written).toEqual([
      "\x1b[?1049h\x1b[?25l",
      "\x1b[Ha\x1b[K\r\nb\x1b[K\x1b[J",
      "\x1b[?25h\x1b[?1049l",
    ]);
    expect(process.listenerCount("exit")).toBe(listeners);
  });
});
