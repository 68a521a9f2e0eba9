import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { RespSplitter } from "./resp-splitter.ts";
import type { RespSplitterOptions } from "./resp-splitter.ts";
import { decodeResp, encodeResp } from "./resp.ts";
import type { RespValue } from "./resp.ts";

/** One of each form, from the protocol's specification (redis.io/docs/latest/develop/reference/protocol-spec). */
const forms: readonly (readonly [string, RespValue])[] = [
  ["+OK\r\n", "OK"],
  ["-ERR unknown command 'asdf'\r\n", { error: "ERR unknown command 'asdf'" }],
  [":-1000\r\n", -1000n],
  ["$5\r\nhello\r\n", Buffer.from("hello")],
  ["$0\r\n\r\n", Buffer.from("")],
  ["$2\r\n\r\n\r\n", Buffer.from("\r\n")],
  ["$-1\r\n", null],
  ["*0\r\n", []],
  ["*-1\r\n", null],
  ["*3\r\n:1\r\n*1\r\n+a\r\n$-1\r\n", [1n, ["a"], null]],
  ["_\r\n", null],
  ["#t\r\n", true],
  ["#f\r\n", false],
  [",1.25\r\n", 1.25],
  [",-inf\r\n", -Infinity],
  ["(3492890328409238509324850943850943825024385\r\n", 3492890328409238509324850943850943825024385n],
  ["!21\r\nSYNTAX invalid syntax\r\n", { error: "SYNTAX invalid syntax" }],
  ["=15\r\ntxt:Some string\r\n", Buffer.from("Some string")],
  [
    "%2\r\n+first\r\n:1\r\n+second\r\n*0\r\n",
    new Map<RespValue, RespValue>([
      ["first", 1n],
      ["second", []],
    ]),
  ],
  ["~2\r\n:1\r\n:2\r\n", [1n, 2n]],
  [">2\r\n+message\r\n+hi\r\n", ["message", "hi"]],
  ["|1\r\n+ttl\r\n:3600\r\n*2\r\n:1\r\n|1\r\n+a\r\n+b\r\n:2\r\n", [1n, 2n]],
];

describe("RESP", () => {
  it.each(forms)("has %j", (text, value) => {
    const [bytes, ...more] = split([text]);
    expect(bytes).toBe(text);
    expect(more).toEqual([]);
    expect(decodeResp(Buffer.from(text))).toEqual(value);
  });

  it("is cut into the same values wherever its bytes are cut once", () => {
    const text = forms.map(([one]) => one).join("");
    const whole = split([text]);
    expect(whole).toEqual(forms.map(([one]) => one));
    for (let cut = 1; cut < text.length; cut++) {
      expect(split([text.slice(0, cut), text.slice(cut)])).toEqual(whole);
    }
  });

  it("is cut into the same values when its bytes come one by one", () => {
    const texts = forms.map(([one]) => one);
    expect(split(texts.join("").split(""))).toEqual(texts);
  });

  it("may come while values of the bytes before wait to be taken", () => {
    const splitter = new RespSplitter();
    for (const piece of ["+a\r\n:1", "2\r\n$3\r", "\nxyz\r\n"]) splitter.push(Buffer.from(piece));
    const taken = [splitter.next(), splitter.next(), splitter.next(), splitter.next()];
    expect(taken.map((one) => one && String(Buffer.from(one)))).toEqual([
      "+a\r\n",
      ":12\r\n",
      "$3\r\nxyz\r\n",
      undefined,
    ]);
    splitter.push(Buffer.from("+b"));
    splitter.next();
    splitter.push(Buffer.from("\r\n+c\r\n+d"));
    expect(String(Buffer.from(splitter.next() ?? []))).toBe("+b\r\n");
    splitter.push(Buffer.from("\r\n"));
    expect(String(Buffer.from(splitter.next() ?? []))).toBe("+c\r\n");
    expect(String(Buffer.from(splitter.next() ?? []))).toBe("+d\r\n");
  });

  it("gives back what was encoded, in however many pieces it comes", () => {
    fc.assert(
      fc.property(
        fc.array(anyValue, { maxLength: 5 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
        (values, sizes) => {
          const splitter = new RespSplitter();
          const got: RespValue[] = [];
          for (let bytes = Buffer.concat(values.map(encodeResp)); bytes.length > 0;) {
            const size = sizes.next().value;
            splitter.push(bytes.subarray(0, size));
            for (let one = splitter.next(); one !== undefined; one = splitter.next())
              got.push(decodeResp(one));
            bytes = bytes.subarray(size);
          }
          expect(got).toEqual(values);
        },
      ),
    );
  });

  it("fails on any other bytes with an error of its own, or waits for more", () => {
    const letters = fc.constantFrom(..."+-:_#,($!=*~>%|0129\r\nx".split(""));
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.string({ unit: letters, maxLength: 60 }).map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(bytes, (garbage) => {
        const splitter = new RespSplitter();
        try {
          splitter.push(garbage);
          for (let one = splitter.next(); one !== undefined; one = splitter.next()) decodeResp(one);
        } catch (error) {
          expect(error).toMatchObject({ code: "RESP" });
        }
      }),
      { numRuns: 5_000 },
    );
  });
});

describe("RespSplitter", () => {
  it.each([
    ["GET / HTTP/1.1\r\n", "no value begins with byte 0x47"],
    ["+O\nK\r\n", "a line ends with CR LF, and has neither inside"],
    ["+O\rK\r\n", "a line ends with CR LF, and has neither inside"],
    ["$x\r\n", "a length is no number"],
    ["$\r\n", "a length is missing"],
    ["$-2\r\n", "a length is -2"],
    ["%-1\r\n", "a length is -1"],
    ["$1-\r\n", "a length is no number"],
    ["$1\r\nab\r\n", "a string is longer than its length"],
    ["$0000000000000001\r\n", "a length is no number"],
    ["*?\r\n", "a length is no number"],
    [`+${"x".repeat(70_000)}`, "a line has more than 65536 bytes"],
  ])("refuses %j", (text, message) => {
    expect(() => split([text])).toThrow(message);
  });

  it.each([
    ["$101\r\n", "a value has more than 100 bytes"],
    ["*5\r\n" + "$20\r\n01234567890123456789\r\n".repeat(5), "a value has more than 100 bytes"],
    ["*1\r\n*1\r\n*4\r\n", "a value has more than 5 inside"],
    ["%3\r\n", "a value has more than 5 inside"],
  ])("keeps to its limits: %j", (text, message) => {
    expect(() => split([text], { maxBytes: 100, maxValues: 5 })).toThrow(message);
    expect(() => split(text.split(""), { maxBytes: 100, maxValues: 5 })).toThrow(message);
  });

  it("counts for each value anew", () => {
    const text = "*2\r\n$40\r\n" + "x".repeat(40) + "\r\n:1\r\n";
    expect(split([text.repeat(50)], { maxBytes: 100, maxValues: 2 })).toHaveLength(50);
  });

  it("says that the bytes end within a value, and not between two", () => {
    const splitter = new RespSplitter();
    splitter.push(Buffer.from("+OK\r\n"));
    expect(splitter.next()).toBeDefined();
    splitter.end();
    splitter.push(Buffer.from("+O"));
    expect(splitter.next()).toBeUndefined();
    expect(() => splitter.end()).toThrow("the bytes end within a value");
  });
});

it("refuses to decode what is too deep", () => {
  const [deep = ""] = split(["*1\r\n".repeat(1_000) + "+x\r\n"]);
  expect(() => decodeResp(Buffer.from(deep))).toThrow("values are more than 64 deep");
});

const anyValue = fc.letrec<{ value: Exclude<RespValue, number | boolean | ReadonlyMap<unknown, unknown>> }>(
  (tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constant(null),
      fc.string().map((text) => text.replaceAll(/[\r\n]/g, " ")),
      fc.bigInt(),
      fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
      fc.record({ error: fc.constant("ERR no") }, { noNullPrototype: true }),
      fc.array(tie("value"), { maxLength: 4 }),
    ),
  }),
).value;

/** The values in pieces of bytes, as texts. */
function split(pieces: readonly string[], options?: RespSplitterOptions): string[] {
  const splitter = new RespSplitter(options);
  const values: string[] = [];
  for (const piece of pieces) {
    splitter.push(Buffer.from(piece, "latin1"));
    for (let one = splitter.next(); one !== undefined; one = splitter.next()) {
      values.push(Buffer.from(one).toString("latin1"));
    }
  }
  return values;
}
