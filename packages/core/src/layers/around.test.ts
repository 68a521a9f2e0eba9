import { describe, expect, it } from "vitest";

import { Context } from "../context.ts";
import type { Call } from "../service.ts";
import { layerContract, mockService } from "../testing/index.ts";
import { around } from "./around.ts";

layerContract("around", () => around((request, cx, next) => next(request, cx)));
layerContract("around with an async function", () =>
  around(async (request, cx, next) => await next(request, cx)),
);

describe("around", () => {
  it("may answer without the inner service", async () => {
    const inner = mockService<string, string>();
    const outer = around<string, string>(async (request) => `cached ${request}`)(inner.service);
    await expect(outer.call("ping", Context.background())).resolves.toBe("cached ping");
    expect(inner.calls).toEqual([]);
  });

  it("may call the inner service more than once", async () => {
    const outer = around<string, string>(async (request, cx, next) => {
      const answers = await Promise.all([next(request, cx), next("again", cx)]);
      return answers.join(" ");
    })({ call: async (request) => `<${request}>` });
    await expect(outer.call("ping", Context.background())).resolves.toBe("<ping> <again>");
  });

  it("may change the types on both ways", async () => {
    const outer = around(async (request: string, cx, next: Call<number, boolean>) => {
      return String(await next(request.length, cx));
    })({ call: async (length) => length > 3 });
    await expect(outer.call("four", Context.background())).resolves.toBe("true");
  });

  it("rejects when the function throws before it waits", async () => {
    const outer = around<string, string>(() => {
      throw new Error("no");
    })(mockService<string, string>().service);
    await expect(outer.call("ping", Context.background())).rejects.toThrow("no");
  });
});
