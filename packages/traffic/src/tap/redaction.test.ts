import { describe, expect, it } from "vitest";

import { Redaction } from "./redaction.ts";
import type { RedactRule } from "./redaction.ts";

const show = (
  rules: readonly RedactRule[],
  text: string | Uint8Array,
  part = "value" as const,
  topic = "users",
) => new Redaction(rules).show(typeof text === "string" ? Buffer.from(text) : text, topic, part, 500);

describe("Redaction", () => {
  it("shows text as it is, and bytes that are none as hex", () => {
    expect(show([], "grüße")).toBe("grüße");
    expect(show([], Uint8Array.of(0xff, 0, 1))).toBe("0xff0001");
    expect(show([], "")).toBe("");
  });

  it("shortens text, also in the middle of a character, and hex", () => {
    const none = new Redaction();
    expect(none.show(Buffer.from("a".repeat(10)), "t", "key", 5)).toBe("aaaaa…");
    expect(none.show(Buffer.from("😀".repeat(100)), "t", "key", 4)).toBe("😀😀…");
    expect(none.show(Buffer.from("€".repeat(100)), "t", "key", 5)).toBe("€€€€€…");
    expect(none.show(Buffer.alloc(100, 0xff), "t", "key", 8)).toBe("0xffffff…");
    expect(none.show(Buffer.alloc(4, 0xff), "t", "key", 8)).toBe("0xffffff…");
    expect(none.show(Buffer.alloc(3, 0xff), "t", "key", 8)).toBe("0xffffff");
  });

  it("replaces every match before anything is cut off", () => {
    const rule = { match: "\\d{16}", replacement: "$&" };
    const text = `${"x".repeat(490)}4111111111111111 and 4222222222222222`;
    expect(show([rule], text)).toBe(`${"x".repeat(490)}$& and $&`);
  });

  it("keeps to topics, parts and headers", () => {
    const redaction = new Redaction([
      { topic: "user*", parts: ["value"] },
      { topic: "*", parts: ["header"], header: "auth*" },
    ]);
    const bytes = Buffer.from("secret");
    expect(redaction.show(bytes, "users", "value", 200)).toBe("•••");
    expect(redaction.show(bytes, "orders", "value", 200)).toBe("secret");
    expect(redaction.show(bytes, "users", "key", 200)).toBe("secret");
    expect(redaction.show(bytes, "orders", "header", 200, "authorization")).toBe("•••");
    expect(redaction.show(bytes, "orders", "header", 200, "trace")).toBe("secret");
  });

  it("replaces properties by path, and by name at whatever depth", () => {
    const json = '{"email":"a@b.c","items":[{"card":1,"email":"d"},{"card":2}],"a b":{"x":3}}';
    expect(show([{ path: "$.items[*].card" }], json)).toBe(
      '{"email":"a@b.c","items":[{"card":"•••","email":"d"},{"card":"•••"}],"a b":{"x":3}}',
    );
    expect(show([{ path: "email" }, { path: '$["a b"].x' }, { path: "$.items[1]" }], json)).toBe(
      '{"email":"•••","items":[{"card":1,"email":"•••"},"•••"],"a b":{"x":"•••"}}',
    );
  });

  it("shows nothing of what cannot be searched", () => {
    expect(show([{ path: "email" }], "email=a@b.c")).toBe("•••");
    expect(show([{ path: "email" }], '"a@b.c"')).toBe("•••");
    expect(show([{ path: "email" }], "[".repeat(100_000) + "]".repeat(100_000))).toBe("•••");
    expect(show([{ match: "secret" }], Uint8Array.of(0xff, 0x73))).toBe("•••");
  });

  it("names the rule that makes no sense", () => {
    expect(() => new Redaction([{}, { match: "(" }])).toThrow("redact[1].match");
    expect(() => new Redaction([{ match: "a", path: "b" }])).toThrow("got both");
    expect(() => new Redaction([{ path: "$.a..b" }])).toThrow("redact[0].path");
    expect(() => new Redaction([{ path: "$" }])).toThrow("redact[0].path");
    expect(() => new Redaction([{ topic: "" }])).toThrow("redact[0].topic");
    expect(() => new Redaction([{ parts: ["body" as "key"] }])).toThrow("redact[0].parts");
  });
});
