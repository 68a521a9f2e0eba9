import { describe, expect, it } from "vitest";

import { Context } from "../context.ts";
import { service } from "../service.ts";
import { fakeTime, layerContract, mockService } from "../testing/index.ts";
import { fallback } from "./fallback.ts";
import type { FallbackOptions } from "./fallback.ts";
import { TimeoutError, timeout } from "./timeout.ts";

layerContract("fallback", () =>
  fallback({
    when: () => false,
    to: service<string, string>(() => new Promise(() => {}), { status: () => "closed" }),
  }),
);

describe("fallback", () => {
  const time = fakeTime();

  function pair(options: Pick<FallbackOptions<string, string>, "when"> = {}) {
    const first = mockService<string, string>();
    const second = mockService<string, string>();
    const outer = fallback<string, string>({ ...options, to: second.service })(first.service);
    return { first, second, outer };
  }

  it("asks the other service the same when the first one fails", async () => {
    const { first, second, outer } = pair();
    const answer = outer.call("ping", Context.background());
    first.calls[0]?.fail(new TimeoutError(1));
    const call = await second.call(0);
    expect(call.request).toBe("ping");
    call.respond("second");
    await expect(answer).resolves.toBe("second");
  });

  it("rejects with the failure of the other service when both fail", async () => {
    const { first, second, outer } = pair();
    const settled = expect(outer.call("ping", Context.background())).rejects.toThrow("second failed");
    first.calls[0]?.fail(new TimeoutError(1));
    (await second.call(0)).fail(new Error("second failed"));
    await settled;
  });

  it("does not ask the other service while the first one answers", async () => {
    const { first, second, outer } = pair();
    const answer = outer.call("ping", Context.background());
    first.calls[0]?.respond("first");
    await expect(answer).resolves.toBe("first");
    expect(second.calls).toEqual([]);
  });

  it("leaves a failure alone that cannot be tried again, unless told otherwise", async () => {
    const { first, second, outer } = pair();
    const failure = new Error("a defect");
    const answer = outer.call("ping", Context.background());
    first.calls[0]?.fail(failure);
    await expect(answer).rejects.toBe(failure);
    expect(second.calls).toEqual([]);

    const always = pair({ when: () => true });
    const again = always.outer.call("ping", Context.background());
    always.first.calls[0]?.fail(failure);
    (await always.second.call(0)).respond("second");
    await expect(again).resolves.toBe("second");
  });

  it("asks nobody once the call is cancelled", async () => {
    const { second, outer } = pair({ when: () => true });
    const cx = Context.background().fork();
    const settled = expect(outer.call("ping", cx)).rejects.toThrow("gone");
    cx.cancel(new Error("gone"));
    await settled;
    expect(second.calls).toEqual([]);
  });

  it("stands in for a service that a timeout below cut off", async () => {
    const slow = timeout<string, string>({ timeoutMs: 100 })(mockService<string, string>().service);
    const outer = fallback<string, string>({ to: service(async () => "second") })(slow);
    const answer = outer.call("ping", Context.background().fork());
    await time.advance(100);
    await expect(answer).resolves.toBe("second");
  });

  it("disposes both services", async () => {
    const { first, second, outer } = pair();
    await outer[Symbol.asyncDispose]?.();
    expect([first.disposals, second.disposals]).toEqual([1, 1]);
  });

  it("is as open as the service that would answer", () => {
    const { first, second, outer } = pair();
    first.status = "busy";
    expect(outer.status?.()).toBe("busy");
    first.status = "closed";
    expect(outer.status?.()).toBe("open");
    second.status = "closed";
    expect(outer.status?.()).toBe("closed");
  });
});
