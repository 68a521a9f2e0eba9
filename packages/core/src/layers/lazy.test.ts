import { describe, expect, it } from "vitest";

import { Context } from "../context.ts";
import type { Service } from "../service.ts";
import { describe as describeStack, stack } from "../stack.ts";
import { mockService } from "../testing/index.ts";
import { lazy } from "./lazy.ts";
import { timeout } from "./timeout.ts";

describe("lazy", () => {
  // A build that the test ends by hand, one per attempt.
  function builds(options?: { maxWaiting?: number }) {
    const attempts: {
      cx: Context;
      succeed(service: Service<string, string>): void;
      fail(e: unknown): void;
    }[] = [];
    const made = mockService<string, string>();
    const outer = lazy<string, string>(
      (cx) =>
        new Promise((resolve, reject) => {
          attempts.push({ cx, succeed: resolve, fail: reject });
        }),
      options,
    );
    return { attempts, made, outer };
  }

  it("builds nothing before the first call", () => {
    const { attempts, outer } = builds();
    expect(attempts).toEqual([]);
    expect(outer.status()).toBe("open");
  });

  it("builds once for the calls that come meanwhile, and keeps their order", async () => {
    const { attempts, made, outer } = builds();
    const answers = ["a", "b"].map((request) => outer.call(request, Context.background()));
    expect(attempts).toHaveLength(1);
    expect(outer.status()).toBe("busy");
    attempts[0]?.succeed(made.service);
    await made.call(1);
    expect(made.calls.map(({ request }) => request)).toEqual(["a", "b"]);
    for (const call of made.calls) call.respond(call.request.toUpperCase());
    await expect(Promise.all(answers)).resolves.toEqual(["A", "B"]);
  });

  it("lines a call up that one of those it lets go makes at once", async () => {
    const passed: string[] = [];
    const outer = lazy<string, string>(async () => ({
      call: async (request, cx) => {
        passed.push(request);
        if (request === "a") void outer.call("made by a", cx);
        return request;
      },
    }));
    await Promise.all(["a", "b"].map((request) => outer.call(request, Context.background())));
    expect(passed).toEqual(["a", "b", "made by a"]);
  });

  it("goes straight to what was built from then on", async () => {
    const { attempts, made, outer } = builds();
    void outer.call("first", Context.background());
    attempts[0]?.succeed(made.service);
    await made.call(0);
    void outer.call("second", Context.background());
    expect(made.calls).toHaveLength(2);
    expect(attempts).toHaveLength(1);
    made.status = "closed";
    expect(outer.status()).toBe("closed");
  });

  it("takes a service that is there at once", async () => {
    const outer = lazy<string, string>(() => ({ call: async (request) => `<${request}>` }));
    await expect(outer.call("ping", Context.background())).resolves.toBe("<ping>");
  });

  it("fails every call that waited when the build fails, and builds again for the next", async () => {
    const { attempts, made, outer } = builds();
    const settled = Promise.allSettled([
      outer.call("a", Context.background()),
      outer.call("b", Context.background()),
    ]);
    const failure = new Error("refused");
    attempts[0]?.fail(failure);
    expect(await settled).toEqual([
      { status: "rejected", reason: failure },
      { status: "rejected", reason: failure },
    ]);

    const answer = outer.call("c", Context.background());
    attempts[1]?.succeed(made.service);
    (await made.call(0)).respond("C");
    await expect(answer).resolves.toBe("C");
  });

  it("rejects when the function throws", async () => {
    const outer = lazy<string, string>(() => {
      throw new Error("misconfigured");
    });
    await expect(outer.call("ping", Context.background())).rejects.toThrow("misconfigured");
  });

  it("goes on building when one of the calls that wait is cancelled", async () => {
    const { attempts, made, outer } = builds();
    const cx = Context.background().fork();
    const gone = expect(outer.call("a", cx)).rejects.toThrow("gone");
    const answer = outer.call("b", Context.background());
    cx.cancel(new Error("gone"));
    await gone;
    expect(attempts[0]?.cx.cancelled).toBe(false);
    attempts[0]?.succeed(made.service);
    const call = await made.call(0);
    expect(call.request).toBe("b");
    call.respond("B");
    await expect(answer).resolves.toBe("B");
  });

  it("gives a build up when nobody waits for it, and disposes what it gave too late", async () => {
    const { attempts, made, outer } = builds();
    const cx = Context.background().fork();
    const gone = expect(outer.call("a", cx)).rejects.toThrow("gone");
    cx.cancel(new Error("gone"));
    await gone;
    expect(attempts[0]?.cx.cancelled).toBe(true);

    const late = mockService<string, string>();
    const answer = outer.call("b", Context.background());
    attempts[0]?.succeed(late.service);
    attempts[1]?.succeed(made.service);
    (await made.call(0)).respond("B");
    await expect(answer).resolves.toBe("B");
    expect({ late: late.disposals, made: made.disposals }).toEqual({ late: 1, made: 0 });
  });

  it("builds nothing for a call that is cancelled already", async () => {
    const { attempts, outer } = builds();
    const cx = Context.background().fork();
    cx.cancel(new Error("gone"));
    await expect(outer.call("ping", cx)).rejects.toThrow("gone");
    expect(attempts).toEqual([]);
  });

  it("refuses with STILL_BUILDING when as many wait as may", async () => {
    const { outer } = builds({ maxWaiting: 1 });
    const cx = Context.background().fork();
    const gone = expect(outer.call("a", cx)).rejects.toThrow("gone");
    await expect(outer.call("b", Context.background())).rejects.toMatchObject({
      code: "STILL_BUILDING",
      kind: "overload",
      retriable: true,
      maxWaiting: 1,
    });
    cx.cancel(new Error("gone"));
    await gone;
  });

  it("disposes what it built, once", async () => {
    const { attempts, made, outer } = builds();
    void outer.call("ping", Context.background());
    attempts[0]?.succeed(made.service);
    await made.call(0);
    await outer[Symbol.asyncDispose]();
    await outer[Symbol.asyncDispose]();
    expect(made.disposals).toBe(1);
  });

  it("disposes what is still being built: cancels it, sends calls away, waits for the end", async () => {
    const { attempts, made, outer } = builds();
    const settled = expect(outer.call("ping", Context.background())).rejects.toMatchObject({
      code: "CLOSED",
    });
    const disposed = outer[Symbol.asyncDispose]();
    await settled;
    expect(attempts[0]?.cx.cancelled).toBe(true);
    attempts[0]?.succeed(made.service);
    await disposed;
    expect(made.disposals).toBe(1);
    expect(made.calls).toEqual([]);
  });

  it("has nothing to dispose when it was never called", async () => {
    const { attempts, outer } = builds();
    await outer[Symbol.asyncDispose]();
    await expect(outer.call("ping", Context.background())).rejects.toMatchObject({ code: "CLOSED" });
    expect(attempts).toEqual([]);
  });

  it("stands on the ground of a stack", () => {
    const built = stack<string, string>()
      .push(timeout({ timeoutMs: 1e6 }))
      .service(lazy(connect));
    expect(describeStack(built)).toBe("timeout\n└ lazy(connect)");
  });
});

function connect(): Service<string, string> {
  return { call: async (request) => request };
}
