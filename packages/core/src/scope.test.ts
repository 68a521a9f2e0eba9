import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { Scope } from "./scope.ts";

describe("Scope", () => {
  it("releases last in, first out, one after the other", async () => {
    const scope = new Scope();
    const log: string[] = [];
    for (const name of ["a", "b", "c"]) {
      scope.defer(async () => {
        log.push(`${name} begins`);
        await Promise.resolve();
        log.push(`${name} ends`);
      });
    }
    await scope.close();
    expect(log).toEqual(["c begins", "c ends", "b begins", "b ends", "a begins", "a ends"]);
  });

  it("releases in reverse just what was not taken back", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 20 }), async (kept) => {
        const scope = new Scope();
        const released: number[] = [];
        const forget = kept.map((_, at) => scope.defer(() => void released.push(at)));
        for (const [at, keep] of kept.entries()) if (!keep) forget[at]?.();
        await scope.close();
        expect(released).toEqual([...kept.keys()].filter((at) => kept[at]).toReversed());
      }),
    );
  });

  it("knows what it was forked from", () => {
    const scope = new Scope();
    expect(scope.parent).toBeUndefined();
    expect(scope.fork().parent).toBe(scope);
  });

  it("releases once, however often it is closed", async () => {
    const scope = new Scope();
    let releases = 0;
    scope.defer(() => void (releases += 1));
    await Promise.all([scope.close(), scope.close()]);
    await scope.close();
    expect(releases).toBe(1);
    expect(scope.closed).toBe(true);
  });

  it("takes back one registration of a function, even when asked twice", async () => {
    const scope = new Scope();
    let releases = 0;
    const release = (): void => void (releases += 1);
    const forget = scope.defer(release);
    scope.defer(release);
    forget();
    forget();
    await scope.close();
    expect(releases).toBe(1);
  });

  it("leaves out what another release took back meanwhile", async () => {
    const scope = new Scope();
    const released: string[] = [];
    const forget = scope.defer(() => void released.push("socket"));
    scope.defer(() => {
      released.push("server");
      forget();
    });
    await scope.close();
    expect(released).toEqual(["server"]);
  });

  it("releases at once what is registered after it closed, and waits for it", async () => {
    const scope = new Scope();
    await scope.close();
    const released: string[] = [];
    scope.defer(async () => {
      await Promise.resolve();
      released.push("late");
    });
    await scope.close();
    expect(released).toEqual(["late"]);
  });

  it("goes on after a release that fails, and reports it", async () => {
    const scope = new Scope();
    const failure = new Error("cannot close");
    let releases = 0;
    scope.defer(() => void (releases += 1));
    scope.defer(() => {
      throw failure;
    });
    await expect(scope.close()).rejects.toBe(failure);
    expect(releases).toBe(1);
  });

  it("reports several failures as one", async () => {
    const scope = new Scope();
    scope.defer(() => Promise.reject(new Error("first")));
    scope.defer(() => Promise.reject(new Error("second")));
    await expect(scope.close()).rejects.toMatchObject({
      message: "2 releases failed",
      errors: [new Error("second"), new Error("first")],
    });
  });

  it("reports a late release that fails to whoever closes it next", async () => {
    const scope = new Scope();
    await scope.close();
    scope.defer(() => Promise.reject(new Error("late failure")));
    await expect(scope.close()).rejects.toThrow("late failure");
  });

  it("owns what is disposable, in either way", async () => {
    const released: string[] = [];
    {
      await using scope = new Scope();
      const resource = { [Symbol.dispose]: () => void released.push("sync") };
      expect(scope.use(resource)).toBe(resource);
      scope.use({
        [Symbol.asyncDispose]: async () => {
          released.push("async");
        },
      });
    }
    expect(released).toEqual(["async", "sync"]);
  });

  it("closes a fork with itself, in its turn", async () => {
    const scope = new Scope();
    const released: string[] = [];
    scope.defer(() => void released.push("before"));
    const child = scope.fork();
    child.defer(() => void released.push("child"));
    scope.defer(() => void released.push("after"));
    await scope.close();
    expect(released).toEqual(["after", "child", "before"]);
  });

  it("forgets a fork that closed by itself", async () => {
    const scope = new Scope();
    const child = scope.fork();
    let releases = 0;
    child.defer(() => void (releases += 1));
    await child.close();
    await scope.close();
    expect(releases).toBe(1);
  });
});
