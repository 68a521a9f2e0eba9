import { walkOps } from "./walk-program.ts";
import type { WalkProgram } from "./walk-program.ts";

/** Elements left, of each array that the probe is in. It never waits: one will do. */
const left: number[] = [];

/**
 * May there be addresses in a response, all of which is there? False is certain. True also for bytes
 * that are no such response: what is wrong with them is a decoder's to say.
 *
 * What `AddressWalk` does, for the responses that are not in pieces, which is nearly all of them.
 * @param bytes the frame, its size included
 */
export function mayHaveAddresses({ ops, args, tag }: WalkProgram, bytes: Uint8Array): boolean {
  const end = bytes.length;
  const last = ops.length;
  let at = 0;
  let next = 0;
  let depth = 0;
  let tags = 0;
  let matched = false;
  while (next < last) {
    const op = ops[next] as number;
    const argument = args[next++] as number;
    if (op === walkOps.skip) {
      at += argument;
      continue;
    }
    if (op === walkOps.next) {
      const more = (left[depth] as number) - 1;
      left[depth] = more;
      if (more > 0) next = argument;
      else depth--;
      continue;
    }
    if (at >= end) return true;
    let value = bytes[at++] as number;
    if (op === walkOps.lastArray) return value > 1;
    if (value >= 0x80) {
      value -= 0x80;
      for (let factor = 0x80, byte = 0x80; byte >= 0x80; factor *= 0x80) {
        if (at >= end || factor > 0x1000_0000) return true;
        byte = bytes[at++] as number;
        value += (byte & 0x7f) * factor;
      }
    }
    switch (op) {
      case walkOps.compact:
        if (value > 1) at += value - 1;
        break;
      case walkOps.fixedArray:
        if (value > 1) at += (value - 1) * argument;
        break;
      case walkOps.loop:
        if (value > 1) left[++depth] = value - 1;
        else next = argument;
        break;
      case walkOps.tags:
        tags = value;
        if (tags === 0) next += 2;
        break;
      case walkOps.tag:
        matched = argument === 1 && value === tag;
        break;
      default:
        if (matched) return true;
        at += value;
        if (--tags > 0) next -= 2;
    }
  }
  return at !== end;
}
