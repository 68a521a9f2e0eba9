import { firstValueFrom } from "rxjs";
import { describe, expect, it } from "vitest";

import { reloading } from "./reloading.ts";
import type { Reload } from "./reloading.ts";

const never = { reloadEveryMs: 0 };

/** A "file" that the test writes, and what was built from it. */
function build() {
  const file = { text: "one" };
  const built: string[] = [];
  const read = async () => file.text;
  const make = (text: string): void => {
    if (text.startsWith("bad")) throw new Error(`cannot use ${text}`);
    built.push(text);
  };
  return { file, built, read, make };
}

describe("reloading", () => {
  it("builds once at first, and throws what the first build throws", async () => {
    const { file, built, read, make } = build();
    await reloading(read, make, never);
    expect(built).toEqual(["one"]);
    file.text = "bad";
    await expect(reloading(read, make, never)).rejects.toThrow("cannot use bad");
  });

  it("builds again when the content changed, and only then", async () => {
    const { file, built, read, make } = build();
    const it = await reloading(read, make, never);
    expect(await it.reload()).toEqual({ outcome: "unchanged" });
    file.text = "two";
    expect(await it.reload()).toEqual({ outcome: "reloaded" });
    expect(built).toEqual(["one", "two"]);
  });

  it("keeps what it has when the new cannot be built, and recovers", async () => {
    const { file, built, read, make } = build();
    const it = await reloading(read, make, never);
    file.text = "bad two";
    expect(await it.reload()).toMatchObject({ outcome: "failed", error: { message: "cannot use bad two" } });
    file.text = "three";
    expect(await it.reload()).toEqual({ outcome: "reloaded" });
    expect(built).toEqual(["one", "three"]);
  });

  it("reports a fault that stays once, and again after it was mended", async () => {
    const { file, read, make } = build();
    const it = await reloading(read, make, never);
    const seen: Reload["outcome"][] = [];
    it.reloads.subscribe(({ outcome }) => seen.push(outcome));
    for (const text of ["bad", "bad", "one", "bad"]) {
      file.text = text;
      await it.reload();
    }
    expect(seen).toEqual(["failed", "failed"]);
  });

  it("reads again when a swap fell between two files", async () => {
    const { built, make } = build();
    const texts = ["one", "bad half", "two"];
    const it = await reloading(async () => texts.shift() ?? "two", make, never);
    expect(await it.reload()).toEqual({ outcome: "reloaded" });
    expect(built).toEqual(["one", "two"]);
  });

  it("tells each caller what the files said after it asked", async () => {
    const { file, read, make } = build();
    const it = await reloading(read, make, never);
    const first = it.reload();
    file.text = "two";
    const second = it.reload();
    expect([(await first).outcome, (await second).outcome]).toContain("reloaded");
    expect(await it.reload()).toEqual({ outcome: "unchanged" });
  });

  it("looks by itself, until it is disposed", async () => {
    const { file, read, make } = build();
    const it = await reloading(read, make, { reloadEveryMs: 1 });
    const reloaded = firstValueFrom(it.reloads);
    file.text = "two";
    expect(await reloaded).toEqual({ outcome: "reloaded" });
    it[Symbol.dispose]();
  });

  it("refuses a negative reloadEveryMs", async () => {
    const { read, make } = build();
    await expect(reloading(read, make, { reloadEveryMs: -1 })).rejects.toThrow(
      "reloadEveryMs must be >= 0, got -1",
    );
  });
});
