import { describe, expect, it } from "vitest";

import { Context } from "./context.ts";
import { layer, named, nameWith } from "./layer.ts";
import { service } from "./service.ts";
import { layerContract, mockService } from "./testing/index.ts";

layerContract("a layer that is nothing but a call", () =>
  layer("plain", (inner) => (request: string, cx) => inner.call(request, cx)),
);
layerContract("a layer with parts of its own", () =>
  layer("tier", (inner) => ({
    call: (request: string, cx) => inner.call(request, cx),
    status: () => inner.status(),
    dispose: () => {},
  })),
);

describe("layer", () => {
  it("builds once for each inner service, not for each call", async () => {
    let builds = 0;
    const counting = layer(
      "counting",
      (inner: { call: (request: string, cx: Context) => Promise<string> }) => {
        builds += 1;
        return (request: string, cx: Context) => inner.call(request, cx);
      },
    );
    const outer = counting(service(async (request: string) => request));
    await outer.call("a", Context.background());
    await outer.call("b", Context.background());
    expect(builds).toBe(1);
  });

  it("turns its own synchronous throw into a rejection", async () => {
    const failure = new Error("refused");
    const outer = layer<string, string>("refusing", () => () => {
      throw failure;
    })(mockService<string, string>().service);
    await expect(outer.call("ping", Context.background())).rejects.toBe(failure);
  });

  it("may have a status of its own", () => {
    const outer = layer<string, string>("busy", (inner) => ({
      call: (request, cx) => inner.call(request, cx),
      status: () => "busy",
    }))(mockService<string, string>().service);
    expect(outer.status?.()).toBe("busy");
  });

  it("disposes what it holds before the inner service, which is disposed even when that fails", async () => {
    const order: string[] = [];
    const outer = layer<string, string>("holding", (inner) => ({
      call: (request, cx) => inner.call(request, cx),
      dispose: () => {
        order.push("layer");
        throw new Error("cannot close");
      },
    }))(service(async (request) => request, { dispose: () => void order.push("inner") }));
    await expect(outer[Symbol.asyncDispose]?.()).rejects.toThrow("cannot close");
    expect(order).toEqual(["layer", "inner"]);
  });

  it("has the name that it was given, and so has what it makes", () => {
    const made = layer<string, string>("quota", (inner) => (request, cx) => inner.call(request, cx));
    expect(made.name).toBe("quota");
    expect(made(mockService<string, string>().service)).toMatchObject({ name: "quota" });
  });
});

describe("named", () => {
  it("names a function without changing it", () => {
    const double = named("double", (value: number) => value * 2);
    expect(double.name).toBe("double");
    expect(double(4)).toBe(8);
  });
});

describe("nameWith", () => {
  it("adds the name of the function, when it has one", () => {
    const decode = (): void => {};
    expect(nameWith("mapRequest", decode)).toBe("mapRequest(decode)");
    expect(nameWith("mapRequest", (() => () => {})())).toBe("mapRequest");
  });
});
