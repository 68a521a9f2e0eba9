/**
 * Checks of options at build time. Nonsense is a programmer's mistake: a `RangeError` or
 * `TypeError` that names the option and the value, thrown where the layer is made.
 */

/** @throws RangeError unless `value` is a finite number above zero. */
export function positive(name: string, value: number): number {
  if (!(Number.isFinite(value) && value > 0)) throw new RangeError(`${name} must be > 0, got ${show(value)}`);
  return value;
}

/** @throws RangeError unless `value` is a finite number, zero or more. */
export function notNegative(name: string, value: number): number {
  if (!(Number.isFinite(value) && value >= 0))
    throw new RangeError(`${name} must be >= 0, got ${show(value)}`);
  return value;
}

/** @throws RangeError unless `value` is a whole number from `least` to `most`. */
export function whole(
  name: string,
  value: number,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): number {
  if (!(Number.isSafeInteger(value) && value >= least && value <= most)) {
    const range = most === Number.MAX_SAFE_INTEGER ? `>= ${least}` : `from ${least} to ${most}`;
    throw new RangeError(`${name} must be a whole number ${range}, got ${show(value)}`);
  }
  return value;
}

/**
 * A duration that a Node timer can hold. Above 2^31 - 1 ms (24.8 days) Node fires at once.
 * @throws RangeError unless `value` is above zero and at most 2^31 - 1.
 */
export function milliseconds(name: string, value: number): number {
  if (!(value > 0 && value <= 0x7fff_ffff)) {
    throw new RangeError(`${name} must be > 0 and at most 2147483647 ms, got ${show(value)}`);
  }
  return value;
}

/** @throws TypeError unless `value` is a function. */
export function callable<F>(name: string, value: F): F {
  if (typeof value !== "function") throw new TypeError(`${name} must be a function, got ${show(value)}`);
  return value;
}

function show(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
