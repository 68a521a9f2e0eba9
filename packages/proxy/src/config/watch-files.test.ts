import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { watchFiles } from "./watch-files.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pagoda-watch-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A watch of files, and a promise of its next call. */
function watching(...files: readonly string[]) {
  let resolveNext: (() => void) | undefined;
  let calls = 0;
  const watch = watchFiles(
    files,
    () => {
      calls += 1;
      resolveNext?.();
    },
    // Polling would hide what is not told.
    { debounceMs: 5, pollMs: 3_600_000 },
  );
  return {
    watch,
    calls: () => calls,
    next: () => new Promise<void>((resolve) => void (resolveNext = resolve)),
  };
}

describe("watchFiles", () => {
  it("sees an edit in place", async () => {
    const file = join(folder, "pagoda.yaml");
    writeFileSync(file, "a");
    const { watch, next } = watching(file);
    using _ = watch;
    await watch.ready;
    const called = next();
    writeFileSync(file, "b");
    await called;
  });

  it("sees a file that is renamed over another, again and again", async () => {
    const file = join(folder, "pagoda.yaml");
    writeFileSync(file, "0");
    const { watch, next } = watching(file);
    using _ = watch;
    await watch.ready;
    for (const text of ["1", "2", "3"]) {
      const called = next();
      writeFileSync(join(folder, ".new"), text);
      renameSync(join(folder, ".new"), file);
      await called;
    }
  });

  it("sees the swap by which Kubernetes renews a ConfigMap", async () => {
    const swapTo = (version: string): void => {
      mkdirSync(join(folder, version));
      writeFileSync(join(folder, version, "pagoda.yaml"), version);
      symlinkSync(version, join(folder, "..data_tmp"));
      renameSync(join(folder, "..data_tmp"), join(folder, "..data"));
    };
    swapTo("..2026_01");
    symlinkSync("..data/pagoda.yaml", join(folder, "pagoda.yaml"));
    const { watch, next } = watching(join(folder, "pagoda.yaml"));
    using _ = watch;
    await watch.ready;
    for (const version of ["..2026_02", "..2026_03"]) {
      const called = next();
      swapTo(version);
      await called;
    }
  });

  it("sees edits of what a link in another folder leads to", async () => {
    mkdirSync(join(folder, "real"));
    writeFileSync(join(folder, "real", "file"), "a");
    mkdirSync(join(folder, "links"));
    symlinkSync(join(folder, "real", "file"), join(folder, "links", "file"));
    const { watch, next } = watching(join(folder, "links", "file"));
    using _ = watch;
    await watch.ready;
    const called = next();
    writeFileSync(join(folder, "real", "file"), "b");
    await called;
  });

  it("does not call for other files, nor while a file is away", async () => {
    const [one, two] = [join(folder, "one"), join(folder, "two")];
    writeFileSync(one, "a");
    writeFileSync(two, "a");
    const { watch, next, calls } = watching(one, two);
    using _ = watch;
    await watch.ready;
    writeFileSync(join(folder, "other"), "b");
    rmSync(one);
    const called = next();
    writeFileSync(two, "b");
    await called;
    expect(calls()).toBe(1);
  });
});
