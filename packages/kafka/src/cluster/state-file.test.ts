import { fakeTime } from "@pagoda/core/testing";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { aTurn } from "../../test/support/wire.ts";
import { Cluster } from "./cluster.ts";
import { Slots } from "./slots.ts";
import { stateFile } from "./state-file.ts";
import type { StateFileError } from "./state-format.ts";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pagoda-state-"));
  path = join(folder, "state.json");
});
afterEach(() => rm(folder, { recursive: true }));

function proxy(host = "kafka", count = 3) {
  return {
    cluster: new Cluster({ bootstrap: [{ host, port: 9092 }] }),
    slots: new Slots({ count }),
  };
}

/** A proxy that learnt two nodes, and ended. */
async function ended() {
  const first = proxy();
  await using _ = await stateFile({ path, ...first });
  first.cluster.learn({ nodeId: 1001, host: "b1001", port: 9092 });
  first.slots.slotOf(1001);
  first.cluster.learn({ nodeId: 0, host: "b0", port: 9093 });
  first.slots.slotOf(0);
}

describe("stateFile", () => {
  it("lets a proxy begin where the one before it ended", async () => {
    await ended();
    const second = proxy();
    await using state = await stateFile({ path, ...second });
    expect(state.found).toBe("restored");
    expect(second.cluster.endpointOf(1001)).toEqual([{ host: "b1001", port: 9092 }]);
    expect(second.slots.nodeAt(2)).toBe(1001);
    expect(second.slots.slotOf(7)).toBe(1);
  });

  it("is text for people", async () => {
    await ended();
    expect(await readFile(path, "utf8")).toBe(`{
  "version": 1,
  "bootstrap": ["kafka:9092"],
  "nodes": [
    {"id":0,"slot":0,"host":"b0","port":9093},
    {"id":1001,"slot":2,"host":"b1001","port":9092}
  ]
}
`);
    expect(await readdir(folder)).toEqual(["state.json"]);
  });

  it("remembers addresses alone where there are no slots", async () => {
    const { cluster } = proxy();
    const state = await stateFile({ path, cluster });
    expect(state.found).toBe("new");
    cluster.learn({ nodeId: 5, host: "b5", port: 1 });
    await state[Symbol.asyncDispose]();
    const { cluster: next } = proxy();
    await using _ = await stateFile({ path, cluster: next });
    expect(next.nodes.get(5)).toEqual({ host: "b5", port: 1 });
  });

  it("gives up a slot that is no longer there, and keeps the address", async () => {
    await ended();
    const second = proxy("kafka", 1);
    await using _ = await stateFile({ path, ...second });
    expect([...second.slots.taken]).toEqual([[0, 0]]);
    expect(second.cluster.nodes.size).toBe(2);
  });

  it("forgets another cluster, whose brokers would answer here", async () => {
    await ended();
    const other = proxy("elsewhere");
    await using state = await stateFile({ path, ...other });
    expect(state.found).toBe("other_cluster");
    expect(other.cluster.nodes.size).toBe(0);
    expect(other.slots.taken.size).toBe(0);
    expect(await readFile(path, "utf8")).toContain('"bootstrap": ["elsewhere:9092"]');
  });

  it.each([
    ["{", "it is damaged: not JSON"],
    ["", "it is damaged: not JSON"],
    ["[]", "it is damaged: not an object"],
    ['{"version":2}', "it has version 2, and this proxy writes 1"],
    ['{"version":1}', "it is damaged: bootstrap is not a list of texts"],
    ['{"version":1,"bootstrap":[]}', "it is damaged: nodes is not a list"],
    [nodes("7"), "it is damaged: nodes[0] is not an object"],
    [nodes("{}"), "it is damaged: nodes[0] has no id"],
    [nodes('{"id":1},{"id":1}'), "it is damaged: node 1 is there twice"],
    [nodes('{"id":1,"slot":0},{"id":2,"slot":0}'), "it is damaged: two nodes have slot 0"],
    [nodes('{"id":1,"slot":-1}'), "it is damaged: nodes[0] has a slot that is none"],
    [nodes('{"id":1,"port":1}'), "it is damaged: nodes[0] has no host"],
    [nodes('{"id":1,"host":"h","port":65536}'), "it is damaged: nodes[0] has a port that is none"],
  ])("refuses %s, and leaves it as it is", async (text, fault) => {
    await writeFile(path, text);
    await expect(stateFile({ path, ...proxy() })).rejects.toMatchObject({
      code: "STATE_FILE",
      path,
      message: `state file ${path}: ${fault}; correct or delete it`,
    });
    expect(await readFile(path, "utf8")).toBe(text);
  });

  it("says at the start that it cannot be written, or read", async () => {
    const nowhere = join(folder, "missing", "state.json");
    await expect(stateFile({ path: nowhere, ...proxy() })).rejects.toThrow("it cannot be written: ENOENT");
    await expect(stateFile({ path: folder, ...proxy() })).rejects.toThrow("it cannot be read: EISDIR");
  });
});

describe("changes", () => {
  const time = fakeTime();

  it("are written together, some time after the first", async () => {
    const { cluster, slots } = proxy();
    await using _ = await stateFile({ path, cluster, slots, writeDelayMs: 500 });
    const empty = await readFile(path, "utf8");
    const before = time.timers;
    for (let nodeId = 0; nodeId < 9; nodeId++) cluster.learn({ nodeId, host: "b", port: 1 });
    expect(time.timers).toBe(before + 1);
    await vi.advanceTimersByTimeAsync(499);
    expect(await readFile(path, "utf8")).toBe(empty);
    await vi.advanceTimersByTimeAsync(1);
    expect(await nextTextAfter(empty)).toContain('{"id":8,');
    expect(time.timers).toBe(before);
  });

  it("that cannot be written are told of, and written with the next", async () => {
    const { cluster } = proxy();
    const errors: StateFileError[] = [];
    const state = await stateFile({ path, cluster, writeDelayMs: 1, onError: (error) => errors.push(error) });
    await mkdir(`${path}.tmp`);
    cluster.learn({ nodeId: 1, host: "b", port: 1 });
    await vi.advanceTimersByTimeAsync(1);
    while (errors.length === 0) await aTurn();
    expect(errors[0]).toMatchObject({ code: "STATE_FILE", path });
    await rm(`${path}.tmp`, { recursive: true });
    await state[Symbol.asyncDispose]();
    expect(await readFile(path, "utf8")).toContain('{"id":1,');
  });
});

function nodes(list: string): string {
  return `{"version":1,"bootstrap":["kafka:9092"],"nodes":[${list}]}`;
}

async function nextTextAfter(text: string): Promise<string> {
  for (;;) {
    const now = await readFile(path, "utf8");
    if (now !== text) return now;
    await aTurn();
  }
}
