/**
 * Picks by server name (SNI, RFC 6066 section 3), the way clients match certificates to names
 * (RFC 9525 section 6.3): an exact name first, then a wildcard for exactly its leftmost label.
 * Without case, and without a last dot.
 */
export class ServerNames<T> {
  readonly #exact = new Map<string, T>();
  readonly #wildcard = new Map<string, T>();

  /** `name` may be `*.example.com`. Of two values for one name the first stays. */
  add(name: string, value: T): void {
    const normal = normalise(name);
    const [names, key] = normal.startsWith("*.") ? [this.#wildcard, normal.slice(2)] : [this.#exact, normal];
    if (!names.has(key)) names.set(key, value);
  }

  find(name: string): T | undefined {
    const normal = normalise(name);
    const dot = normal.indexOf(".");
    return this.#exact.get(normal) ?? (dot > 0 ? this.#wildcard.get(normal.slice(dot + 1)) : undefined);
  }
}

function normalise(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}
