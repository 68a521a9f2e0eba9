import { describe, expect, it } from "vitest";

import { Context } from "../context.ts";
import { abandoned } from "./outcome.ts";
import { TimeoutError } from "../layers/timeout.ts";

describe("abandoned", () => {
  it("is a call whose caller went away, for whatever reason", () => {
    const cx = Context.background().fork();
    expect(abandoned(cx)).toBe(false);
    cx.cancel(new Error("connection reset"));
    expect(abandoned(cx)).toBe(true);
  });

  it("is not a call that a timeout above has cancelled", () => {
    const cx = Context.background().fork();
    cx.cancel(new TimeoutError(100));
    expect(abandoned(cx)).toBe(false);
  });
});
