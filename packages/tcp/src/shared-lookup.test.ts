import { AsyncLocalStorage } from "node:async_hooks";
import type { LookupFunction } from "node:net";
import { setImmediate } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";

import { sharedLookup } from "./shared-lookup.ts";

type Answer = Parameters<LookupFunction>[2];

function resolver() {
  const asked: { name: string; answer: Answer }[] = [];
  const lookup: LookupFunction = (name, _options, answer) => void asked.push({ name, answer });
  return { asked, lookup: sharedLookup(lookup) };
}

const all = { all: true } as const;
const found = [{ address: "192.0.2.1", family: 4 }];

describe("sharedLookup", () => {
  it("asks once for those who want a name at the same time, and tells all of them", async () => {
    const { asked, lookup } = resolver();
    const answers = [vi.fn<Answer>(), vi.fn<Answer>()];
    for (const answer of answers) lookup("kafka.local", all, answer);
    expect(asked.map(({ name }) => name)).toEqual(["kafka.local"]);
    asked[0]?.answer(null, found);
    await setImmediate();
    for (const answer of answers) expect(answer.mock.calls).toEqual([[null, found]]);
  });

  it("asks again once it was answered, whatever the answer was", async () => {
    const { asked, lookup } = resolver();
    const failed = Object.assign(new Error("no such name"), { code: "ENOTFOUND" });
    const answer = vi.fn<Answer>();
    lookup("kafka.local", all, answer);
    asked[0]?.answer(failed, []);
    lookup("kafka.local", all, answer);
    await setImmediate();
    expect(asked).toHaveLength(2);
    expect(answer.mock.calls).toEqual([[failed, []]]);
  });

  it("tells apart other names, and other questions about a name", () => {
    const { asked, lookup } = resolver();
    lookup("kafka.local", all, vi.fn());
    lookup("kafka-2.local", all, vi.fn());
    lookup("kafka.local", { all: true, family: 6 }, vi.fn());
    lookup("kafka.local", {}, vi.fn());
    expect(asked).toHaveLength(4);
  });

  it("leaves each its own AsyncLocalStorage", async () => {
    const { asked, lookup } = resolver();
    const storage = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    for (const who of ["one", "two"]) {
      storage.run(who, () => lookup("kafka.local", all, () => void seen.push(storage.getStore())));
    }
    asked[0]?.answer(null, found);
    await setImmediate();
    expect(seen).toEqual(["one", "two"]);
  });
});
