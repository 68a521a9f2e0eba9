/**
 * Throws damaged bytes at every parser of the Kafka protocol until the time is up:
 * `npm run fuzz -- [--seconds N] [--target NAME] [--seed N] [--truncations]`.
 *
 * A failure prints the target, the seed and the bytes, and exits with 1; the same seed does the same
 * again. `--truncations` decodes every beginning of every message vector instead, once.
 */
import { parseArgs } from "node:util";

import { Random } from "../packages/kafka/test/fuzz/random.ts";
import { recordsTarget } from "../packages/kafka/test/fuzz/records-target.ts";
import { decodeTwice, protocolTargets, seeds } from "../packages/kafka/test/fuzz/targets.ts";
import type { FuzzTarget } from "../packages/kafka/test/fuzz/targets.ts";

/** Tries of one target before the next one has its turn. */
const turn = 200;

function fuzz(targets: readonly FuzzTarget[], seconds: number, firstSeed: number): boolean {
  const until = performance.now() + seconds * 1000;
  const tries = new Map<string, number>();
  for (let seed = firstSeed; performance.now() < until; seed += turn) {
    for (const target of targets) {
      for (let one = seed; one < seed + turn; one++) {
        try {
          target.run(new Random(one));
        } catch (error) {
          console.error(`${target.name} fails with --target ${target.name} --seed ${one}:\n${String(error)}`);
          return false;
        }
      }
      tries.set(target.name, (tries.get(target.name) ?? 0) + turn);
    }
  }
  for (const [name, count] of tries) console.log(`${name}: ${count} tries`);
  const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(`seeds from ${firstSeed}, at most ${megabytes} MB of memory`);
  return true;
}

function truncations(): boolean {
  let cuts = 0;
  for (const { codec, vector, bytes } of seeds) {
    for (let length = 0; length < bytes.length; length++, cuts++) {
      if (!decodeTwice(codec, bytes.subarray(0, length), vector.version)) continue;
      console.error(`${codec.name} v${vector.version} is read from ${length} of ${bytes.length} bytes`);
      return false;
    }
  }
  console.log(`${cuts} truncations of ${seeds.length} messages, all refused`);
  return true;
}

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "30" },
    target: { type: "string" },
    seed: { type: "string" },
    truncations: { type: "boolean", default: false },
  },
});
const all: readonly FuzzTarget[] = [...protocolTargets, recordsTarget];
const targets = all.filter(({ name }) => values.target === undefined || name === values.target);
const seconds = Number(values.seconds);
const seed = values.seed === undefined ? Date.now() | 0 : Number(values.seed);
if (targets.length === 0 || !(seconds > 0) || !Number.isInteger(seed)) {
  console.error(`usage: fuzz [--seconds N] [--target ${all.map(({ name }) => name).join("|")}] [--seed N]`);
  process.exitCode = 2;
} else {
  // Nobody sees the stacks of the errors that are expected, and they take most of the time.
  Error.stackTraceLimit = 0;
  if (!(values.truncations ? truncations() : fuzz(targets, seconds, seed))) process.exitCode = 1;
}
