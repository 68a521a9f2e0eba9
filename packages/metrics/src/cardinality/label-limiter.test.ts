import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { clientName } from "./client-name.ts";
import { LabelLimiter } from "./label-limiter.ts";
import type { LabelLimiterOptions } from "./label-limiter.ts";

function limiter(options: Partial<LabelLimiterOptions> = {}): LabelLimiter {
  return new LabelLimiter({ label: "topic", max: 2, ...options });
}

describe("LabelLimiter", () => {
  it("gives places until there are none, and counts what it folds", () => {
    let overflows = 0;
    const topics = limiter({ onOverflow: () => overflows++ });
    expect(["a", "b", "c", "a", "d"].map((raw) => topics.resolve(raw))).toEqual([
      "a",
      "b",
      "__other__",
      "a",
      "__other__",
    ]);
    expect(overflows).toBe(2);
  });

  it("lets through what is allowed and not denied, and does not count the rest as overflow", () => {
    let overflows = 0;
    const topics = limiter({ allow: ["^o"], deny: ["s$"], onOverflow: () => overflows++ });
    expect(["order", "orders", "x"].map((raw) => topics.resolve(raw))).toEqual([
      "order",
      "__other__",
      "__other__",
    ]);
    expect({ overflows, size: topics.size }).toEqual({ overflows: 0, size: 1 });
  });

  it("rewrites in order, everywhere, before it normalises", () => {
    const clients = limiter({
      rewrite: [
        { match: "^team-(\\w+)\\.", to: "$1/" },
        { match: "x", to: "y" },
      ],
      normalise: clientName,
    });
    expect(clients.resolve("team-a.xx-12")).toBe("a/yy");
  });

  it("gives a capped value the place of one that expired", () => {
    const topics = limiter({ max: 1 });
    topics.resolve("a");
    expect(topics.resolve("b")).toBe("__other__");
    topics.sweep(0, 100);
    topics.sweep(99, 100);
    expect(topics.resolve("b")).toBe("__other__");
    topics.sweep(100, 100);
    expect(topics.resolve("b")).toBe("b");
    expect(topics.resolve("a")).toBe("__other__");
  });

  it("keeps the place of a value that is asked for, or held", () => {
    const topics = limiter({ max: 3 });
    for (const raw of ["used", "held", "idle"]) topics.resolve(raw);
    topics.hold("held");
    topics.sweep(0, 100);
    topics.resolve("used");
    topics.sweep(100, 100);
    expect(topics.size).toBe(2);
    topics.release("held");
    topics.sweep(150, 100);
    topics.sweep(250, 100);
    expect(topics.size).toBe(0);
  });

  it("takes no place for an empty value, a reserved one or a very long one but their own", () => {
    const topics = limiter();
    expect(topics.resolve("")).toBe("__none__");
    expect(topics.resolve("__other__")).toBe("__other__");
    expect(topics.resolve("a".repeat(250))).toBe("__other__");
    expect(topics.size).toBe(1);
  });

  it("shows control and invisible characters, and halves of characters, as something else", () => {
    expect(limiter().resolve("a\n\u0000\u202e\u2028b\ud800")).toBe("a____b\ufffd");
  });

  it("folds what a rewrite makes too long", () => {
    expect(limiter({ rewrite: [{ match: "a", to: "b".repeat(200) }] }).resolve("aa")).toBe("__other__");
  });

  it("does not remember 10,000 names without end", () => {
    const clients = limiter({ max: 200, normalise: clientName });
    for (let i = 0; i < 10_000; i++) clients.resolve(`client${i}`);
    for (let i = 0; i < 10_000; i++) clients.resolve(`client7-${i}`);
    expect(clients.size).toBe(200);
    expect(clients.remembered).toBeLessThanOrEqual(3_200);
    expect(clients.resolve("client7-1")).toBe("client7");
  });

  it("is bounded, stable and printable whatever comes", () => {
    const raw = fc.oneof(
      fc.string({ unit: "binary", maxLength: 300 }),
      fc.constantFrom("a", "b", "c-1", "c-2"),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(raw, fc.boolean()), { maxLength: 100 }), (values) => {
        const clients = limiter({ max: 3, normalise: clientName });
        const shown = new Set<string>();
        let at = 0;
        for (const [value, sweep] of values) {
          const first = clients.resolve(value);
          expect(clients.resolve(value)).toBe(first);
          expect(first).not.toMatch(/^$|[\p{Cc}\p{Cs}]/u);
          shown.add(first);
          if (sweep) clients.sweep((at += 50), 100);
          else expect(clients.size).toBeLessThanOrEqual(3);
          expect(clients.remembered).toBeLessThanOrEqual(48);
        }
        if (values.every(([, sweep]) => !sweep)) expect(shown.size).toBeLessThanOrEqual(4);
      }),
    );
  });
});
