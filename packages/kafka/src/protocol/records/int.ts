import { InvalidRecordsError } from "./records-error.ts";

/**
 * `value`, if it is a signed integer of that many bits.
 * @throws InvalidRecordsError if it is not.
 */
export function int(name: string, value: bigint, bits: 64): bigint;
export function int(name: string, value: number, bits: 8 | 16 | 32): number;
export function int(name: string, value: number | bigint, bits: number): number | bigint {
  const fits =
    bits === 64
      ? typeof value === "bigint" && BigInt.asIntN(64, value) === value
      : typeof value === "number" && (value << (32 - bits)) >> (32 - bits) === value;
  if (!fits) throw new InvalidRecordsError(`not a valid ${name} (int${bits}): ${value}`);
  return value;
}
