import { describe, expect, it } from "vitest";

import { Context } from "../context.ts";
import { fakeTime, mockService } from "../testing/index.ts";
import type { MockService } from "../testing/index.ts";
import { reconnect } from "./reconnect.ts";
import type { ReconnectOptions } from "./reconnect.ts";

describe("reconnect", () => {
  const time = fakeTime();

  function build(options: Partial<ReconnectOptions<string, string>> = {}) {
    const attempts: {
      cx: Context;
      fail: (error: Error) => void;
      connected: () => MockService<string, string>;
    }[] = [];
    const service = reconnect<string, string>({
      connect: (cx) =>
        new Promise((resolve, reject) => {
          const stop = cx.onCancel(reject);
          const connected = (): MockService<string, string> => {
            const mock = mockService<string, string>();
            stop();
            resolve(mock.service);
            return mock;
          };
          attempts.push({ cx, fail: reject, connected });
        }),
      timeoutMs: 500,
      backoff: { baseMs: 10, maxMs: 1_000, jitter: 0 },
      ...options,
    });
    const cx = Context.background().fork();
    const send = (request: string, own = cx): Promise<string> => {
      const answer = service.call(request, own);
      answer.catch(() => {});
      return answer;
    };
    /** Connects, for a first call that is still unanswered. */
    const connect = async (): Promise<MockService<string, string>> => {
      void send("first");
      const attempt = attempts.at(-1);
      if (attempt === undefined) throw new Error("no attempt");
      const mock = attempt.connected();
      await mock.call(0);
      return mock;
    };
    return { service, attempts, cx, send, connect };
  }

  const refused = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });

  it("connects for the first call only, and sends calls on in the order they came", async () => {
    const { attempts, send } = build();
    const answers = [send("a"), send("b")];
    const mock = attempts[0]?.connected();
    await mock?.call(1);
    answers.push(send("c"));
    expect(mock?.calls.map(({ request }) => request)).toEqual(["a", "b", "c"]);
    for (const call of mock?.calls ?? []) call.respond(call.request.toUpperCase());
    await expect(Promise.all(answers)).resolves.toEqual(["A", "B", "C"]);
    expect({ attempts: attempts.length, timers: time.timers }).toEqual({ attempts: 1, timers: 0 });
  });

  it("fails every call that waited with the failure of the attempt", async () => {
    const { attempts, send } = build();
    const settled = Promise.allSettled([send("a"), send("b")]);
    attempts[0]?.fail(refused);
    expect((await settled).map((answer) => "reason" in answer && answer.reason)).toEqual([refused, refused]);
  });

  it("passes on that connecting threw", async () => {
    const { service, send } = build({
      connect: () => {
        throw refused;
      },
    });
    await expect(send("a")).rejects.toBe(refused);
    expect(service.status()).toBe("busy");
  });

  it("refuses calls in the pause after a failure, and says when to come back", async () => {
    const { service, attempts, send } = build();
    const first = send("a");
    attempts[0]?.fail(refused);
    await expect(first).rejects.toBe(refused);
    expect(service.status()).toBe("busy");
    await time.advance(4);
    await expect(send("b")).rejects.toMatchObject({
      code: "NOT_CONNECTED",
      kind: "unavailable",
      retriable: true,
      retryAfterMs: 6,
      cause: refused,
    });
    await time.advance(6);
    expect(service.status()).toBe("open");
    void send("c");
    expect(attempts).toHaveLength(2);
  });

  it("does not ask for a retry of what failed for good", async () => {
    const { attempts, send } = build();
    const first = send("a");
    attempts[0]?.fail(Object.assign(new Error("wrong password"), { code: "EACCES" }));
    await expect(first).rejects.toThrow("wrong password");
    await expect(send("b")).rejects.toMatchObject({
      code: "NOT_CONNECTED",
      kind: "denied",
      retriable: false,
    });
  });

  it("connects anew once the service has closed, and disposes the old one", async () => {
    const { attempts, send, connect } = build();
    const old = await connect();
    await time.advance(1_000);
    old.status = "closed";
    void send("again");
    expect({ disposals: old.disposals, attempts: attempts.length }).toEqual({ disposals: 1, attempts: 2 });
  });

  it("takes a service that closes at once for a failed attempt", async () => {
    const { send, connect } = build();
    const old = await connect();
    await time.advance(999);
    old.status = "closed";
    await expect(send("again")).rejects.toMatchObject({ code: "NOT_CONNECTED", retryAfterMs: 10 });
    await time.advance(10);
    const next = await connect();
    next.status = "closed";
    await expect(send("again")).rejects.toMatchObject({ retryAfterMs: 20 });
  });

  it("drops a service when a call fails in a way that says so", async () => {
    const { attempts, send, connect } = build({ isBroken: (error) => error === refused });
    const mock = await connect();
    await time.advance(1_000);
    const answers = [send("a"), send("b")];
    mock.calls[1]?.fail(new Error("no such topic"));
    await expect(answers[0]).rejects.toThrow("no such topic");
    expect(mock.disposals).toBe(0);
    mock.calls[2]?.fail(refused);
    await expect(answers[1]).rejects.toBe(refused);
    expect(mock.disposals).toBe(1);
    void send("c");
    expect(attempts).toHaveLength(2);
  });

  it("does not drop the next service for a late failure of the last one", async () => {
    const { attempts, send, connect } = build({ isBroken: (error) => error === refused });
    const old = await connect();
    await time.advance(1_000);
    const late = send("a");
    old.calls[0]?.fail(refused);
    await time.advance(0);
    const next = await connect();
    old.calls[1]?.fail(refused);
    await expect(late).rejects.toBe(refused);
    void send("b");
    expect({ disposals: next.disposals, attempts: attempts.length }).toEqual({ disposals: 0, attempts: 2 });
  });

  it("goes on connecting when those who waited are gone", async () => {
    const { attempts, cx, send } = build();
    const hurried = cx.fork();
    const answer = send("a", hurried);
    hurried.cancel(new Error("gone"));
    await expect(answer).rejects.toThrow("gone");
    expect(attempts[0]?.cx.cancelled).toBe(false);
    attempts[0]?.connected();
    await time.advance(0);
    void send("b");
    expect(attempts).toHaveLength(1);
  });

  it("gives up an attempt that takes too long", async () => {
    const { attempts, send } = build();
    const answer = send("a");
    await time.advance(500);
    await expect(answer).rejects.toMatchObject({ code: "TIMEOUT", timeoutMs: 500 });
    expect(attempts[0]?.cx.cancelled).toBe(true);
  });

  it("lets no more calls wait than allowed", async () => {
    const { send } = build({ maxWaiting: 2 });
    void send("a");
    void send("b");
    await expect(send("c")).rejects.toMatchObject({ code: "STILL_BUILDING", kind: "overload" });
  });

  it("is busy while it connects, and then what the service is", async () => {
    const { service, attempts, send } = build();
    expect(service.status()).toBe("open");
    void send("a");
    expect(service.status()).toBe("busy");
    const mock = attempts[0]?.connected();
    await time.advance(0);
    expect(service.status()).toBe("open");
    if (mock !== undefined) mock.status = "busy";
    expect(service.status()).toBe("busy");
  });

  it("does not connect for a call that was cancelled before", async () => {
    const { attempts, cx, send } = build();
    cx.cancel(new Error("gone"));
    await expect(send("a")).rejects.toThrow("gone");
    expect(attempts).toHaveLength(0);
  });

  it("disposes the service when it is disposed, and takes no more calls", async () => {
    const { service, send, connect } = build();
    const mock = await connect();
    await service[Symbol.asyncDispose]();
    expect(mock.disposals).toBe(1);
    await expect(send("a")).rejects.toMatchObject({ code: "CLOSED" });
  });

  it("ends the attempt when it is disposed while connecting", async () => {
    const { service, attempts, send } = build();
    const answer = send("a");
    await service[Symbol.asyncDispose]();
    await expect(answer).rejects.toMatchObject({ code: "CLOSED" });
    expect({ cancelled: attempts[0]?.cx.cancelled, timers: time.timers }).toEqual({
      cancelled: true,
      timers: 0,
    });
  });

  it("disposes what it was given after it was disposed", async () => {
    const mock = mockService<string, string>();
    let give = (): void => {};
    const { service, send } = build({
      connect: () =>
        new Promise((resolve) => {
          give = () => resolve(mock.service);
        }),
    });
    void send("a");
    const disposed = service[Symbol.asyncDispose]();
    give();
    await disposed;
    expect(mock.disposals).toBe(1);
  });

  it.each([
    [{ timeoutMs: 0 }, "timeoutMs must be > 0"],
    [{ maxWaiting: 0 }, "maxWaiting must be a whole number >= 1, got 0"],
    [{ backoff: { baseMs: 0 } }, "baseMs must be > 0"],
  ])("refuses %o", (options, message) => {
    expect(() => build(options)).toThrow(message);
  });
});
