import { describe, expect, it } from "vitest";

import { Context } from "./context.ts";
import { borrow, guard, nameOf, service, serviceOf } from "./service.ts";
import type { Service } from "./service.ts";

describe("service", () => {
  it("makes a service of a function", async () => {
    const length = service(async (request: string) => request.length);
    await expect(length.call("four", Context.background())).resolves.toBe(4);
    expect(length.status()).toBe("open");
    await length[Symbol.asyncDispose]();
  });

  it("turns a synchronous throw into a rejection", async () => {
    const failure = new Error("thrown");
    const broken = service<string, string>(() => {
      throw failure;
    });
    await expect(broken.call("ping", Context.background())).rejects.toBe(failure);
  });

  it("hands the very promise of the function on", () => {
    const answer = Promise.resolve("pong");
    expect(service(() => answer).call("ping", Context.background())).toBe(answer);
  });
});

describe("guard", () => {
  it("keeps the contract for a service that does not", async () => {
    const rude: Service<string, string> = {
      call: () => {
        throw new Error("thrown");
      },
    };
    const guarded = guard(rude);
    await expect(guarded.call("ping", Context.background())).rejects.toThrow("thrown");
    expect(guarded.status()).toBe("open");
  });

  it("calls the methods on the service that they belong to", async () => {
    class Counter implements Service<string, number> {
      #calls = 0;
      async call(): Promise<number> {
        return ++this.#calls;
      }
      status(): "busy" | "open" {
        return this.#calls > 0 ? "busy" : "open";
      }
    }
    const guarded = guard(new Counter());
    expect(guarded.status()).toBe("open");
    await expect(guarded.call("ping", Context.background())).resolves.toBe(1);
    expect(guarded.status()).toBe("busy");
  });

  it("refuses a function, whose own call would take the request for its this", () => {
    const echo = async (request: string): Promise<string> => request;
    // @ts-expect-error -- nor does the compiler let it pass
    expect(() => guard<string, string>(echo)).toThrow(
      new TypeError("a function is not a service: use service(fn)"),
    );
    expect(serviceOf(echo).name).toBe("echo");
  });

  it("gives a guarded service back as it is", () => {
    const once = guard({ call: async () => "pong" });
    expect(guard(once)).toBe(once);
  });

  it("disposes once, and every caller waits for the same end", async () => {
    let disposals = 0;
    let finish = (): void => {};
    const slow = service(async () => "pong", {
      dispose: () => {
        disposals += 1;
        return new Promise<void>((resolve) => {
          finish = resolve;
        });
      },
    });
    const ended: string[] = [];
    const both = [slow[Symbol.asyncDispose](), slow[Symbol.asyncDispose]()].map((end, at) =>
      end.then(() => ended.push(`caller ${at}`)),
    );
    await Promise.resolve();
    expect({ disposals, ended }).toEqual({ disposals: 1, ended: [] });
    finish();
    await Promise.all(both);
    expect(ended).toEqual(["caller 0", "caller 1"]);
  });

  it("reports a disposal that fails to everyone who asked for it", async () => {
    const failure = new Error("cannot close");
    const stuck = service(async () => "pong", {
      dispose: () => {
        throw failure;
      },
    });
    await expect(stuck[Symbol.asyncDispose]()).rejects.toBe(failure);
    await expect(stuck[Symbol.asyncDispose]()).rejects.toBe(failure);
  });

  it("refuses calls with CLOSED from the moment its disposal begins", async () => {
    const calls: string[] = [];
    const closing = service(async (request: string) => calls.push(request), {
      dispose: () => new Promise(() => {}),
    });
    void closing[Symbol.asyncDispose]();
    expect(closing.status()).toBe("closed");
    await expect(closing.call("late", Context.background())).rejects.toMatchObject({
      code: "CLOSED",
      kind: "unavailable",
      retriable: true,
      message: "the service was closed",
    });
    expect(calls).toEqual([]);
  });
});

describe("borrow", () => {
  it("answers as the service does, but leaves it open", async () => {
    let disposals = 0;
    const shared = service(async (request: string) => `<${request}>`, {
      status: () => "busy",
      dispose: () => void (disposals += 1),
    });
    const borrowed = borrow(shared);
    await expect(borrowed.call("ping", Context.background())).resolves.toBe("<ping>");
    expect(borrowed.status()).toBe("busy");
    await borrowed[Symbol.asyncDispose]();
    expect(disposals).toBe(0);
    await expect(borrowed.call("ping", Context.background())).rejects.toMatchObject({ code: "CLOSED" });
    await expect(shared.call("ping", Context.background())).resolves.toBe("<ping>");
  });
});

describe("nameOf", () => {
  class Echo {
    async call(): Promise<string> {
      return "pong";
    }
  }
  const echo = async (): Promise<string> => "pong";

  it.each([
    ["a function with a name", echo, "echo"],
    [
      "a function without one",
      (
        () => async () =>
          "pong"
      )(),
      "(function)",
    ],
    ["an object", { call: echo }, "(service)"],
    ["an object without prototype", Object.create(null) as object, "(service)"],
    ["a class", new Echo(), "Echo"],
    ["a guarded class", guard(new Echo()), "Echo"],
    ["a borrowed class", borrow(new Echo()), "Echo"],
    ["a service of a named function", service(echo), "echo"],
    [
      "a service of a function without a name",
      service(
        (
          () => async () =>
            "pong"
        )(),
      ),
      "(service)",
    ],
    ["a service that was given a name", service(echo, { name: "upstream" }), "upstream"],
  ])("of %s", (_what, named, name) => {
    expect(nameOf(named)).toBe(name);
  });
});
