import { BehaviorSubject, of } from "rxjs";
import { describe, expect, it, vi } from "vitest";

import { Context } from "../context.ts";
import { layer } from "../layer.ts";
import { stack } from "../stack.ts";
import { layerContract, mockService } from "../testing/index.ts";
import { concurrencyLimit } from "./concurrency-limit.ts";
import { watch } from "./watch.ts";

layerContract("watch", () =>
  watch({
    values: of(1),
    build: () => (inner) => inner,
    onError: (error) => expect.unreachable(String(error)),
  }),
);

describe("watch", () => {
  it("applies a new limit to new calls, and keeps the service below", async () => {
    const limits = new BehaviorSubject(1);
    const inner = mockService<string, string>();
    const service = stack<string, string>()
      .push(watch({ values: limits, build: (max) => concurrencyLimit({ max }), onError: () => {} }))
      .service(inner.service);
    const cx = Context.background().fork();
    const old = service.call("a", cx);
    await expect(service.call("b", cx)).rejects.toMatchObject({ code: "OVERLOADED" });
    limits.next(2);
    const next = [service.call("c", cx), service.call("d", cx)];
    await expect(service.call("e", cx)).rejects.toMatchObject({ code: "OVERLOADED" });
    for (const call of inner.calls) call.respond(call.request.toUpperCase());
    await expect(Promise.all([old, ...next])).resolves.toEqual(["A", "C", "D"]);
    expect(inner.disposals).toBe(0);
    await service[Symbol.asyncDispose]();
    expect(inner.disposals).toBe(1);
  });

  it("disposes an old layer after its last call, and only that", async () => {
    const disposed: string[] = [];
    const values = new BehaviorSubject("first");
    const inner = mockService<string, string>();
    const build = (value: string) =>
      layer<string, string>("noted", (inner) => ({
        call: (request, cx) => inner.call(`${value} ${request}`, cx),
        dispose: () => void disposed.push(value),
      }));
    const service = watch<string, string, string>({ values, build, onError: () => {} })(inner.service);
    const old = service.call("a", Context.background());
    values.next("second");
    expect(disposed).toEqual([]);
    inner.calls[0]?.respond("A");
    await old;
    await vi.waitFor(() => expect(disposed).toEqual(["first"]));
    const next = service.call("b", Context.background());
    inner.calls[1]?.respond("B");
    await expect(next).resolves.toBe("B");
    expect(inner.calls.map(({ request }) => request)).toEqual(["first a", "second b"]);
  });

  it("watches for each stack by itself", () => {
    const values = new BehaviorSubject(1);
    const built: number[] = [];
    const watching = watch<number, string, string>({
      values,
      build: (value) => (inner) => {
        built.push(value);
        return inner;
      },
      onError: () => {},
    });
    watching(mockService<string, string>().service);
    values.next(2);
    watching(mockService<string, string>().service);
    expect(built).toEqual([1, 2, 2]);
  });
});
