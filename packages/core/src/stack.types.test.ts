// That a stack says which types do not meet, and where, and needs no annotation otherwise. Most of
// it is checked by `tsc -p .`, where a `@ts-expect-error` without an error is one.
import { describe, expect, expectTypeOf, it } from "vitest";

import { Context } from "./context.ts";
import { layer } from "./layer.ts";
import type { Layer } from "./layer.ts";
import { around } from "./layers/around.ts";
import { errorContext } from "./layers/error-context.ts";
import { fallback } from "./layers/fallback.ts";
import { filter } from "./layers/filter.ts";
import { lazy } from "./layers/lazy.ts";
import { mapError } from "./layers/map-error.ts";
import { mapRequest } from "./layers/map-request.ts";
import { mapResponse } from "./layers/map-response.ts";
import { observe } from "./layers/observe.ts";
import type { Observer } from "./layers/observe.ts";
import { optional } from "./layers/optional.ts";
import { route } from "./layers/route.ts";
import { timeout } from "./layers/timeout.ts";
import { service } from "./service.ts";
import type { Call, GuardedService, Service } from "./service.ts";
import { stack } from "./stack.ts";

interface Target {
  readonly host: string;
}

interface Detected {
  readonly protocol: "kafka" | "opaque";
}

/** Adds to a target, whatever else that has. */
function detect<T extends object, Res>(): Layer<Service<T & Detected, Res>, Service<T, Res>> {
  return layer(
    "detect",
    (inner: Service<T & Detected, Res>) => (target: T, cx: Context) =>
      inner.call({ ...target, protocol: "kafka" }, cx),
  );
}

type Shape = { kind: "circle"; radius: number } | { kind: "square"; side: number };

const cx = Context.background();

describe("a stack infers", () => {
  it("the types below a layer that changes them", async () => {
    const built = stack<string, number>()
      .push(mapRequest((text) => text.length))
      .push(mapRequest((length, cx) => ({ length, leftMs: cx.remainingMs() })))
      .push(mapResponse((answer: string, request) => answer.length + request.length))
      .service(async (request) => {
        expectTypeOf(request).toEqualTypeOf<{ length: number; leftMs: number }>();
        return "x".repeat(request.length);
      });
    expectTypeOf(built).toEqualTypeOf<GuardedService<string, number>>();
    await expect(built.call("four", cx)).resolves.toBe(8);
  });

  it("the types of callbacks that are written where they are used", async () => {
    const seen: unknown[] = [];
    const built = stack<string, number>()
      .push(
        observe({
          onCall: (request) => ({ length: request.length }),
          onAnswer: (response, request, _cx, state) => {
            expectTypeOf(response).toEqualTypeOf<number>();
            expectTypeOf(request).toEqualTypeOf<string>();
            expectTypeOf(state).toEqualTypeOf<{ length: number }>();
            seen.push(state.length, response);
          },
        }),
      )
      .push(filter({ allow: (request) => request.length > 1 }))
      .push(errorContext({ who: (request) => request.toUpperCase() }))
      .push(mapError((error, request) => (request.length > 9 ? new Error("long") : error)))
      .push(optional(1e6, (timeoutMs) => timeout({ timeoutMs })))
      .push(around((request, cx, next) => next(request.trim(), cx)))
      .push(mapResponse((length) => length + 1))
      .service(async (request) => request.length);
    await expect(built.call(" four ", cx)).resolves.toBe(5);
    expect(seen).toEqual([6, 5]);
  });

  it("a target to which layers add, to the end of the stack", async () => {
    const built = stack<Target, string>()
      .push(detect())
      .push(filter({ allow: (target) => target.protocol === "kafka" && target.host !== "" }))
      .push(
        route({
          when: (target) => target.protocol === "opaque",
          to: async (target) => `pipe to ${target.host}`,
        }),
      )
      .service(async (target) => `${target.protocol} to ${target.host}`);
    await expect(built.call({ host: "b-3" }, cx)).resolves.toBe("kafka to b-3");
  });

  it("what a type guard leaves, on both sides of a route and below a filter", async () => {
    const built = stack<Shape, number>()
      .push(
        route({
          when: (shape) => shape.kind === "circle",
          to: async (circle) => circle.radius,
        }),
      )
      .service(async (square) => square.side);
    await expect(built.call({ kind: "circle", radius: 1 }, cx)).resolves.toBe(1);
    await expect(built.call({ kind: "square", side: 2 }, cx)).resolves.toBe(2);

    const squares = stack<Shape, number>()
      .push(filter({ allow: (shape) => shape.kind === "square" }))
      .service(async (square) => square.side);
    await expect(squares.call({ kind: "square", side: 2 }, cx)).resolves.toBe(2);
  });

  it("a service that is built where it is handed over", async () => {
    const built = stack<string, number>()
      .push(fallback({ to: async (request) => request.length }))
      .service(lazy(() => ({ call: async (request) => request.length })));
    await expect(built.call("four", cx)).resolves.toBe(4);
  });

  it("the types of a layer that is made where it is pushed", async () => {
    const built = stack<string, number>()
      .push(layer("shout", (inner) => (request, cx) => inner.call(request.toUpperCase(), cx)))
      .push(
        layer("count", (inner) => ({
          call: (request, cx) => inner.call(request.trim(), cx),
          dispose: () => {},
        })),
      )
      .service(async (request) => request.length);
    await expect(built.call(" four ", cx)).resolves.toBe(4);
  });

  it("the types around a middleware that says what is below it", async () => {
    const built = stack<string, string>()
      .push(
        around(async (request, cx, next: Call<number, boolean>) => String(await next(request.length, cx))),
      )
      .service(async (length) => length > 3);
    await expect(built.call("four", cx)).resolves.toBe("true");
  });

  it("a list of observers, each with a state of its own", async () => {
    const calls: string[] = [];
    const timed: Observer<unknown, unknown, number> = {
      onCall: () => 0,
      onSettled: (_request, _cx, ms) => ms,
    };
    const counting: Observer<string, unknown, string> = { onCall: (request) => `${calls.push(request)}` };
    const built = stack<string, number>()
      .push(observe([timed, counting, { onAnswer: (response, request) => response + request.length }]))
      .service(async (request) => request.length);
    await built.call("four", cx);
    expect(calls).toEqual(["four"]);
  });
});

describe("a stack refuses, on the line of the culprit,", () => {
  it("a layer where the types do not meet", () => {
    stack<string, number>()
      .push(mapRequest((text) => text.length))
      // @ts-expect-error -- what arrives here is a number by now
      .push(mapRequest((text: string) => text.length));
    // @ts-expect-error -- the stack answers a number
    stack<string, number>().push(mapResponse((length: number) => String(length)));
    // @ts-expect-error -- `map` answers at once
    stack<string, number>().push(mapResponse(async (length: number) => length));
  });

  it("layers in the wrong order", () => {
    const opaque = service<Target & Detected, string>(async (target) => target.protocol);
    stack<Target, string>()
      // @ts-expect-error -- nothing is detected yet
      .push(route({ when: () => true, to: opaque }))
      .push(detect());
    stack<Target, string>()
      // @ts-expect-error -- nothing is detected yet
      .push(filter({ allow: (target) => target.protocol === "kafka" }))
      .push(detect());
  });

  it("a ground of other types", () => {
    // @ts-expect-error -- a number is asked for
    stack<string, number>().service(async (request) => request);
    stack<string, number>()
      .push(mapRequest((text) => text.length))
      // @ts-expect-error -- a number arrives
      .service(service(async (request: string) => request.length));
  });

  it("a function where only a service will do", () => {
    // @ts-expect-error -- it has a `call`, but not that of a service
    const upstream: Service<string, number> = async (request: string) => request.length;
    expect(upstream).toBeTypeOf("function");
  });

  it("a fallback and a route of other types: the stack decides, not the option", () => {
    const textual = service<string, string>(async (request) => request);
    stack<string, number>().push(
      fallback({
        // @ts-expect-error -- the stack answers numbers
        to: textual,
      }),
    );
    stack<string, number>().push(
      route({
        when: (request) => request === "",
        // @ts-expect-error -- the stack answers numbers
        to: textual,
      }),
    );
  });

  it("a layer above a filter that takes only what the filter lets through", () => {
    const squareOnly = (square: Extract<Shape, { kind: "square" }>): number => square.side;
    // @ts-expect-error -- a circle may come as well
    stack<Shape, number>().push(mapRequest(squareOnly));
    stack<Shape, number>()
      .push(filter({ allow: (shape) => shape.kind === "square" }))
      .push(mapRequest(squareOnly));
  });
});
