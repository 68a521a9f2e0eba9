import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { Random } from "./random.ts";
import { decodeTwice, protocolTargets, seeds } from "./targets.ts";

/** Tries of each target: enough that a careless change is found here and not by `npm run fuzz`. */
const tries: Readonly<Record<string, number>> = { message: 30_000 };
const otherTries = 3000;

/** Bytes at the ends of a message of which every cut is tried; between them, every `step`th. */
const ends = 400;
const step = 211;

// Tens of thousands of errors, none of which anybody sees: their stacks would take most of the time.
const { stackTraceLimit } = Error;
beforeAll(() => {
  Error.stackTraceLimit = 0;
});
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit;
});

describe("bytes that are nearly right", () => {
  it.each(protocolTargets.map((target) => [target.name, target] as const))(
    "are read or refused with our errors: %s",
    (name, target) => {
      for (let seed = 0; seed < (tries[name] ?? otherTries); seed++) target.run(new Random(seed));
    },
    60_000,
  );

  it("are refused wherever a message is cut", () => {
    let cuts = 0;
    for (const { codec, vector, bytes } of seeds) {
      for (
        let length = 0;
        length < bytes.length;
        length += length < ends || length >= bytes.length - ends ? 1 : step
      ) {
        cuts++;
        if (decodeTwice(codec, bytes.subarray(0, length), vector.version)) {
          expect.fail(`${codec.name} v${vector.version} is read from ${length} of ${bytes.length} bytes`);
        }
      }
    }
    expect(cuts).toBeGreaterThan(300_000);
  }, 120_000);
});
