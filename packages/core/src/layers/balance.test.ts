import { concat, map, NEVER, of, Subject } from "rxjs";
import { describe, expect, it } from "vitest";

import { Context } from "../context.ts";
import type { Service } from "../service.ts";
import { fakeTime, layerContract, mockService } from "../testing/index.ts";
import { seededRandom } from "../testing/seeded-random.ts";
import { balance } from "./balance.ts";
import type { BalanceOptions } from "./balance.ts";
import type { Change } from "../parts/change.ts";
import { peakEwma, pendingRequests } from "../parts/load.ts";
import { sleep } from "../parts/sleep.ts";

type StringChange = Change<string, Service<string, string>>;

layerContract(
  "balance over one endpoint",
  () => (inner) =>
    balance<string, string, string>({ changes: of({ type: "add", key: "only", service: inner } as const) }),
);

describe("balance", () => {
  const time = fakeTime();

  function build(options: Partial<BalanceOptions<string, string, string>> = {}) {
    const changes = new Subject<StringChange>();
    const service = balance<string, string, string>({
      changes,
      random: seededRandom(1),
      load: pendingRequests(),
      ...options,
    });
    const cx = Context.background().fork();
    const add = (key: string) => {
      const mock = mockService<string, string>();
      changes.next({ type: "add", key, service: mock.service });
      return mock;
    };
    const remove = (key: string): void => changes.next({ type: "remove", key });
    const send = (own = cx, request = "ping"): Promise<string> => {
      const answer = service.call(request, own);
      answer.catch(() => {});
      return answer;
    };
    return { changes, service, cx, add, remove, send };
  }

  it("sends each call to the less loaded of two", () => {
    const { add, send } = build();
    const [a, b] = [add("a"), add("b")];
    for (let call = 0; call < 10; call++) void send();
    expect([a.calls.length, b.calls.length]).toEqual([5, 5]);
  });

  it("avoids closed endpoints, and busy ones as long as another is open", () => {
    const { add, send } = build();
    const [a, b, c] = [add("a"), add("b"), add("c")];
    a.status = "busy";
    c.status = "closed";
    for (let call = 0; call < 10; call++) void send();
    expect([a.calls.length, b.calls.length, c.calls.length]).toEqual([0, 10, 0]);
    b.status = "busy";
    for (let call = 0; call < 10; call++) void send();
    expect(a.calls).toHaveLength(10);
  });

  it("lets a removed endpoint finish its calls, sends it no more, then disposes it", async () => {
    const { add, remove, send } = build();
    const a = add("a");
    const first = send();
    const b = add("b");
    remove("a");
    remove("unknown");
    void send();
    void send();
    expect([a.calls.length, b.calls.length, a.disposals]).toEqual([1, 2, 0]);
    a.calls[0]?.respond("pong");
    await expect(first).resolves.toBe("pong");
    expect(a.disposals).toBe(1);
  });

  it("replaces an endpoint that is added again", () => {
    const { add, send } = build();
    const old = add("a");
    const next = add("a");
    void send();
    expect([old.calls.length, next.calls.length, old.disposals]).toEqual([0, 1, 1]);
  });

  it("lets calls wait for the first endpoint, and sends them on in order", async () => {
    const { add, service, cx } = build();
    for (const request of ["a", "b"]) service.call(request, cx).catch(() => {});
    await time.advance(999);
    expect(add("late").calls.map(({ request }) => request)).toEqual(["a", "b"]);
    expect(time.timers).toBe(0);
  });

  it("does not take an endpoint that is closed already for one", async () => {
    const { changes, add, send } = build();
    const closed = mockService<string, string>();
    closed.status = "closed";
    const answer = send();
    changes.next({ type: "add", key: "a", service: closed.service });
    await time.advance(500);
    add("b").calls[0]?.respond("pong");
    await expect(answer).resolves.toBe("pong");
  });

  it("fails with NO_ENDPOINTS when none comes in time, or too many wait", async () => {
    const { send } = build({ waitMs: 100, maxWaiting: 1 });
    const first = send();
    await expect(send()).rejects.toMatchObject({
      code: "NO_ENDPOINTS",
      kind: "unavailable",
      retriable: true,
    });
    await time.advance(100);
    await expect(first).rejects.toThrow("no endpoint within 100 ms");
  });

  it("lets a cancelled call stop waiting", async () => {
    const { cx, send } = build();
    const answer = send();
    cx.cancel(new Error("gone"));
    await expect(answer).rejects.toThrow("gone");
    await expect(send()).rejects.toThrow("gone");
    expect(time.timers).toBe(0);
  });

  it("keeps the endpoints it knows when their source fails, and names the failure once none is left", async () => {
    const { changes, service, add, send } = build();
    const a = add("a");
    const cause = new Error("discovery is down");
    changes.error(cause);
    void send();
    expect(a.calls).toHaveLength(1);
    a.status = "closed";
    await expect(send()).rejects.toMatchObject({ code: "NO_ENDPOINTS", cause });
    expect(service.status()).toBe("closed");
  });

  it("sends waiting calls away when there will be no endpoint", async () => {
    const { changes, send } = build();
    const answer = send();
    changes.complete();
    await expect(answer).rejects.toThrow("no endpoint, and there will be none");
  });

  it("is open when one endpoint is, else busy", () => {
    const { service, add } = build();
    expect(service.status()).toBe("busy");
    const [a, b] = [add("a"), add("b")];
    expect(service.status()).toBe("open");
    a.status = "closed";
    b.status = "busy";
    expect(service.status()).toBe("busy");
    b.status = "closed";
    expect(service.status()).toBe("busy");
  });

  it("disposes every endpoint when it is disposed, those that are leaving too", async () => {
    const { changes, service, cx, add, remove, send } = build();
    const a = add("a");
    void send();
    remove("a");
    const b = add("b");
    await service[Symbol.asyncDispose]();
    expect([a.disposals, b.disposals, changes.observed]).toEqual([1, 1, false]);
    cx.cancel();
    await time.advance(0);
    expect([a.disposals, b.disposals]).toEqual([1, 1]);
  });

  it("sends waiting calls away when it is disposed", async () => {
    const { service, send } = build();
    const answer = send();
    await service[Symbol.asyncDispose]();
    await expect(answer).rejects.toMatchObject({ code: "CLOSED" });
  });

  it.each([
    ["pendingRequests", pendingRequests()],
    ["peakEwma", peakEwma()],
  ])("gives a slow endpoint less to do, and all others the same, by %s", async (_, load) => {
    const counts = [0, 0, 0, 0, 0];
    const endpoint = (index: number): StringChange => ({
      type: "add",
      key: String(index),
      service: {
        call: async (request, cx) => {
          counts[index] = (counts[index] ?? 0) + 1;
          await sleep(index === 0 ? 100 : 10, cx);
          return request;
        },
      },
    });
    const { send } = build({ load, changes: concat(of(0, 1, 2, 3, 4), NEVER).pipe(map(endpoint)) });
    for (let ms = 0; ms < 2_000; ms++) {
      void send();
      await time.advance(1);
    }
    const [slow = 0, ...others] = counts;
    const even = others.reduce((sum, count) => sum + count, 0) / others.length;
    expect(slow).toBeLessThan(even / 3);
    for (const count of others) expect(Math.abs(count - even)).toBeLessThan(even / 10);
  });

  it.each([
    [{ waitMs: 0 }, "waitMs must be > 0"],
    [{ maxWaiting: -1 }, "maxWaiting must be a whole number >= 0, got -1"],
  ])("refuses %o", (options, message) => {
    expect(() => build(options)).toThrow(message);
  });
});
