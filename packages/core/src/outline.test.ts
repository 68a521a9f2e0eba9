import { describe as suite, expect, it } from "vitest";

import { route } from "./layers/route.ts";
import { named } from "./layer.ts";
import type { SameLayer } from "./layer.ts";
import { builds, drawOutline, outline } from "./outline.ts";
import { service } from "./service.ts";
import { describe, stack } from "./stack.ts";

function mark(name: string): SameLayer<string, string> {
  return named(name, (inner) => ({ call: (request, cx) => inner.call(request, cx) }));
}

const echo = service(async (request: string) => request, { name: "echo" });

/** A service that builds others, the tiers of which are `last`. */
function server(last: readonly string[]) {
  return builds(
    service(async (request: string) => request, { name: "server" }),
    () => last,
  );
}

suite("outline", () => {
  it("has the tiers of a stack, and of the one that it stands on", () => {
    const lower = stack<string, string>().push(mark("b")).service(echo);
    const built = stack<string, string>().push(mark("a")).service(lower);
    expect(outline(built)).toEqual([{ name: "a" }, { name: "b" }, { name: "echo" }]);
  });

  it("has those that a layer leads to", () => {
    const to = stack<string, string>().push(mark("b")).service(echo);
    const built = stack<string, string>()
      .push(route({ when: () => true, to }))
      .service(echo);
    expect(outline(built)).toEqual([
      { name: "route → b › echo", to: [{ name: "b" }, { name: "echo" }] },
      { name: "echo" },
    ]);
  });

  it("has those that the ground has built last, as they are when it is asked", () => {
    const last: string[] = [];
    const built = stack<string, string>().push(mark("a")).service(server(last));
    expect(outline(built)).toEqual([{ name: "a" }, { name: "server", builds: [] }]);
    last.push("b", "c");
    const tiers = [{ name: "a" }, { name: "server", builds: [{ name: "b" }, { name: "c" }] }];
    expect(outline(built)).toEqual(tiers);
    expect(describe(built)).toBe("a\n└ server\n  └ b\n    └ c");
  });

  it("is drawn with what a branch has built beside the main line", () => {
    const to = stack<string, string>().service(server(["b", "c"]));
    const built = stack<string, string>()
      .push(mark("a"))
      .push(route({ when: () => true, to }))
      .push(mark("d"))
      .service(echo);
    expect(drawOutline(outline(built))).toBe(
      ["a", "└ route → server", "  │ └ b", "  │   └ c", "  └ d", "    └ echo"].join("\n"),
    );
  });

  it("is empty for a service that no stack built", () => {
    expect(outline(echo)).toEqual([]);
    expect(drawOutline([])).toBe("");
  });
});
