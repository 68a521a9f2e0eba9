import * as fc from "fast-check";
import { describe as suite, expect, it } from "vitest";

import { Context } from "./context.ts";
import { layer, named } from "./layer.ts";
import type { SameLayer } from "./layer.ts";
import { service } from "./service.ts";
import { describe, inline, stack, tiers } from "./stack.ts";

// Writes its name on the request on the way in and on the answer on the way out.
function mark(name: string): SameLayer<string, string> {
  return layer(
    name,
    (inner) => async (request: string, cx) => `${await inner.call(`${request}>${name}`, cx)}<${name}`,
  );
}

const echo = service(async (request: string) => `[${request}]`, { name: "echo" });

suite("stack", () => {
  it("is met by a request in the order in which it is written", async () => {
    const built = stack<string, string>().push(mark("a")).push(mark("b")).service(echo);
    await expect(built.call("ping", Context.background())).resolves.toBe("[ping>a>b]<b<a");
  });

  it("is met in that order however many layers there are, and however they are cut into stacks", async () => {
    const names = fc.array(fc.stringMatching(/^[a-z]{1,3}$/), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(names, fc.nat({ max: 12 }), async (all, cut) => {
        const push = (some: readonly string[]) =>
          some.reduce((pushed, name) => pushed.push(mark(name)), stack<string, string>());
        const built = push(all.slice(0, cut)).service(push(all.slice(cut)).service(echo));
        const way = ["ping", ...all].join(">");
        const back = ["", ...all.toReversed()].join("<");
        await expect(built.call("ping", Context.background())).resolves.toBe(`[${way}]${back}`);
        expect(tiers(built)).toEqual([...all, "echo"]);
      }),
    );
  });

  it("is not changed by a push: what is common can be shared", async () => {
    const common = stack<string, string>().push(mark("common"));
    const left = common.push(mark("left")).service(echo);
    const right = common.push(mark("right")).service(echo);
    expect(tiers(left)).toEqual(["common", "left", "echo"]);
    expect(tiers(right)).toEqual(["common", "right", "echo"]);
    await expect(right.call("ping", Context.background())).resolves.toBe("[ping>common>right]<right<common");
  });

  it("closes with a function as well", async () => {
    const built = stack<string, number>().service(async (request) => request.length);
    await expect(built.call("four", Context.background())).resolves.toBe(4);
  });

  it("keeps the contract for the ground and for layers made by hand", async () => {
    const byHand: SameLayer<string, string> = (inner) => ({
      call: (request, cx) => {
        if (request === "bad") throw new Error("thrown by the layer");
        return inner.call(request, cx);
      },
    });
    const built = stack<string, string>()
      .push(byHand)
      .service(() => {
        throw new Error("thrown on the ground");
      });
    await expect(built.call("bad", Context.background())).rejects.toThrow("thrown by the layer");
    await expect(built.call("good", Context.background())).rejects.toThrow("thrown on the ground");
  });

  it("disposes from the roof down", async () => {
    const order: string[] = [];
    const holding = (name: string) =>
      layer<string, string>(name, (inner) => ({
        call: (request, cx) => inner.call(request, cx),
        dispose: () => void order.push(name),
      }));
    const ground = service(async (request: string) => request, { dispose: () => void order.push("ground") });
    const built = stack<string, string>().push(holding("a")).push(holding("b")).service(ground);
    await built[Symbol.asyncDispose]();
    expect(order).toEqual(["a", "b", "ground"]);
  });
});

suite("describe", () => {
  it("draws the tiers, outermost first", () => {
    const built = stack<string, string>().push(mark("a")).push(mark("b")).service(echo);
    expect(describe(built)).toBe("a\n└ b\n  └ echo");
  });

  it("goes on with the tiers of a stack on the ground", () => {
    const lower = stack<string, string>().push(mark("b")).service(echo);
    const built = stack<string, string>().push(mark("a")).service(lower);
    expect(tiers(built)).toEqual(["a", "b", "echo"]);
    expect(tiers(lower)).toEqual(["b", "echo"]);
  });

  it("leaves the description of the ground alone when every layer steps aside", () => {
    const lower = stack<string, string>().push(mark("b")).service(echo);
    const aside: SameLayer<string, string> = named("aside", (inner) => inner);
    const built = stack<string, string>().push(aside).service(lower);
    expect(tiers(built)).toEqual(["aside", "b", "echo"]);
    expect(tiers(lower)).toEqual(["b", "echo"]);
    expect(tiers(echo)).toEqual([]);
  });

  it("has a word for a layer and a ground without a name", () => {
    const nameless = (
      (): SameLayer<string, string> => (inner) =>
        inner
    )();
    const built = stack<string, string>()
      .push(nameless)
      .service({ call: async (request) => request });
    expect(tiers(built)).toEqual(["(layer)", "(service)"]);
  });

  it("draws a stack that has no ground yet", () => {
    expect(stack<string, string>().push(mark("a")).push(mark("b")).describe()).toBe("a\n└ b");
  });

  it("has nothing to say of a service that no stack built", () => {
    expect(tiers(echo)).toEqual([]);
    expect(describe(echo)).toBe("");
  });
});

suite("inline", () => {
  it("puts a stack on one line", () => {
    expect(inline(stack<string, string>().push(mark("a")).service(echo))).toBe("a › echo");
  });

  it("is the name of any other service", () => {
    expect(inline(echo)).toBe("echo");
  });
});
