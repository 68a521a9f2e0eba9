import type { Random } from "./random.ts";

/** Bytes that lengths, counts, tags and varints turn on. */
const telling = [0x00, 0x01, 0x02, 0x7f, 0x80, 0x81, 0xfe, 0xff];

/** A copy of `bytes` with one to four things wrong: bytes changed, cut out, put in, or the end cut off. */
export function mutate(bytes: Uint8Array, random: Random): Uint8Array {
  let mutated: Uint8Array = Buffer.from(bytes);
  for (let left = 1 + random.below(4); left > 0; left--) mutated = mutateOnce(mutated, random);
  return mutated;
}

function mutateOnce(bytes: Uint8Array, random: Random): Uint8Array {
  const at = random.below(bytes.length + 1);
  const length = Math.min(1 + random.below(4), bytes.length - at);
  switch (random.below(6)) {
    case 0:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    case 1:
      return Buffer.concat([bytes.subarray(0, at), random.bytes(1 + random.below(4)), bytes.subarray(at)]);
    case 2:
      return bytes.subarray(0, at);
    case 3:
      bytes.fill(random.pick(telling), at, at + length);
      return bytes;
    default:
      if (at < bytes.length) bytes[at] = random.below(2) === 0 ? random.below(256) : random.pick(telling);
      return bytes;
  }
}
