import { describe, expect, it } from "vitest";

import { named } from "../layer.ts";
import type { SameLayer } from "../layer.ts";
import { service } from "../service.ts";
import { describe as describeStack, stack } from "../stack.ts";
import { layerContract } from "../testing/index.ts";
import { optional } from "./optional.ts";
import { timeout } from "./timeout.ts";

layerContract("optional, on", () => optional(true, () => timeout({ timeoutMs: 1e6 })));

describe("optional", () => {
  const echo = service<string, string>(async (request) => request, { name: "echo" });

  function tiersWith(layer: SameLayer<string, string>): string {
    return describeStack(stack<string, string>().push(layer).service(echo));
  }

  it("is the layer itself when it is on", () => {
    expect(tiersWith(optional(true, () => timeout({ timeoutMs: 1e6 })))).toBe("timeout\n└ echo");
  });

  it.each([false, undefined, null])("leaves the layer out, and says so, when it is given %s", (given) => {
    const never = (): SameLayer<string, string> => {
      throw new Error("made all the same");
    };
    expect(tiersWith(optional(given, never))).toBe("optional(off)\n└ echo");
  });

  it("costs nothing when it is off", () => {
    const off = optional<string, string, boolean>(false, () => timeout({ timeoutMs: 1e6 }));
    expect(off(echo)).toBe(echo);
  });

  it.each([0, ""])("hands %j to the function: it is a value", (given) => {
    const made: unknown[] = [];
    optional<string, string, unknown>(given, (value) => {
      made.push(value);
      return named("made", (inner) => inner);
    });
    expect(made).toEqual([given]);
  });
});
