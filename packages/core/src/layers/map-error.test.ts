import { describe, expect, it } from "vitest";

import { Context } from "../context.ts";
import { layerContract, mockService } from "../testing/index.ts";
import { mapError } from "./map-error.ts";

layerContract("mapError", () => mapError((error) => error));

describe("mapError", () => {
  it("rejects with what the function makes of the failure", async () => {
    const inner = mockService<string, string>();
    const outer = mapError<string, string>(
      (error, request) => new Error(`${request} failed`, { cause: error }),
    )(inner.service);
    const failure = new Error("inner failed");
    const answer = outer.call("ping", Context.background());
    inner.calls[0]?.fail(failure);
    await expect(answer).rejects.toMatchObject({ message: "ping failed", cause: failure });
  });

  it("rejects with what the function throws", async () => {
    const inner = mockService<string, string>();
    const outer = mapError<string, string>(() => {
      throw new Error("thrown while mapping");
    })(inner.service);
    const answer = outer.call("ping", Context.background());
    inner.calls[0]?.fail(new Error("inner failed"));
    await expect(answer).rejects.toThrow("thrown while mapping");
  });

  it("gives the caller that cancelled its own reason back", async () => {
    const inner = mockService<string, string>();
    const outer = mapError<string, string>(() => new Error("mapped"))(inner.service);
    const cx = Context.background().fork();
    const reason = new Error("gone");
    const settled = expect(outer.call("ping", cx)).rejects.toBe(reason);
    cx.cancel(reason);
    await settled;
  });

  it("maps the cancellation of somebody else below", async () => {
    const outer = mapError<string, string>(() => "mapped")({
      call: async (_request, cx) => {
        const attempt = cx.fork();
        attempt.cancel(new Error("given up below"));
        return attempt.race(new Promise<string>(() => {}));
      },
    });
    await expect(outer.call("ping", Context.background().fork())).rejects.toBe("mapped");
  });
});
