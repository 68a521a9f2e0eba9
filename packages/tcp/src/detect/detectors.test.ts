import { describe, expect, it } from "vitest";

import { firstBytes } from "../../test/golden/first-bytes.ts";
import { defaultDetectors } from "./detect.ts";

/** What all detectors together say: every protocol that matches, else whether one wants more. */
function judge(bytes: Uint8Array): string {
  const verdicts = defaultDetectors.map((detector) => detector.detect(bytes));
  const matching = defaultDetectors.filter((_, at) => verdicts[at] === "match");
  if (matching.length > 0) return matching.map(({ protocol }) => protocol).join(" and ");
  return verdicts.includes("more") ? "more" : "no";
}

/** Uniform bytes, the same for every run (xorshift32). */
function randomBytes(seed: number, length: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 24;
  });
}

describe("the detectors together", () => {
  it.each(firstBytes.filter(({ protocol }) => protocol !== "other"))(
    "know every prefix of what $client sends for $protocol: more, then a match that stays",
    ({ protocol, hex }) => {
      const bytes = Buffer.from(hex, "hex");
      const said = Array.from({ length: bytes.length + 1 }, (_, length) => judge(bytes.subarray(0, length)));
      const decided = said.indexOf(protocol);
      expect(said.slice(0, decided)).toEqual(Array(decided).fill("more"));
      expect(new Set(said.slice(decided))).toEqual(new Set([protocol]));
    },
  );

  it.each([
    ...firstBytes.filter(({ protocol }) => protocol === "other"),
    { client: "the PING of a Redis client", hex: Buffer.from("*1\r\n$4\r\nPING\r\n").toString("hex") },
    { client: "an SMTP greeting", hex: Buffer.from("220 mail.example.com ESMTP\r\n").toString("hex") },
    { client: "a MySQL greeting", hex: "4a0000000a382e302e333300" },
  ])("refuse $client", ({ hex }) => {
    expect(judge(Buffer.from(hex, "hex"))).toBe("no");
  });

  it("refuse 1 MiB of random bytes", () => {
    expect(judge(randomBytes(1, 2 ** 20))).toBe("no");
  });

  it("refuse random bytes of 100,000 seeds, and match none of their prefixes", () => {
    const said = { whole: new Set<string>(), prefix: new Set<string>() };
    for (let seed = 1; seed <= 100_000; seed++) {
      const bytes = randomBytes(seed * 0x9e3779b1, 48);
      said.whole.add(judge(bytes));
      said.prefix.add(judge(bytes.subarray(0, 1 + (seed % 47))));
    }
    expect(said).toEqual({ whole: new Set(["no"]), prefix: new Set(["no", "more"]) });
  });
});
