/** A row of a table: counted in by whoever holds it, until it is `dropped`. */
export interface Row {
  /** When something was last counted, Unix milliseconds. */
  lastMs: number;
  /** It is no longer shown: find or make it anew. */
  dropped: boolean;
  /** As long as it is above 0 the row stays, however idle. */
  readonly held: number;
}

export interface TableOptions {
  /** Rows at most. What does not fit is counted in rows for what is left over, which come on top. */
  readonly maxRows: number;
  /** Milliseconds without an update until a row is dropped; undefined drops idle ones only for room. */
  readonly idleMs: number | undefined;
}

/** How long a row has to be idle to make room for another: 15 minutes. */
export const rowIdleMs = 900_000;
/** Looking for idle rows goes over all of them: at most that often. */
const sweepEveryMs = 1_000;

/** Rows by key, as many as allowed. */
export class Table<T extends Row> {
  readonly #options: TableOptions;
  readonly #rows = new Map<string, T>();
  /** Few: as many as there are things that are not open to clients to name. */
  readonly #leftOver = new Map<string, T>();
  #sweptMs = -Infinity;

  constructor(options: TableOptions) {
    this.#options = options;
  }

  get(key: string): T | undefined {
    return this.#rows.get(key);
  }

  /** Makes the row of a new key; where there is no room, the one that `leftOver` makes, by its own key. */
  add(key: string, nowMs: number, make: () => T, leftOverKey: string, leftOver: () => T): T {
    const { maxRows } = this.#options;
    if (this.#rows.size >= maxRows && nowMs - this.#sweptMs >= sweepEveryMs) this.#sweep(nowMs, rowIdleMs);
    const isRoom = this.#rows.size < maxRows;
    let row = isRoom ? undefined : this.#leftOver.get(leftOverKey);
    if (row !== undefined) return row;
    row = isRoom ? make() : leftOver();
    row.lastMs = nowMs;
    if (isRoom) this.#rows.set(key, row);
    else this.#leftOver.set(leftOverKey, row);
    return row;
  }

  /** All rows, without those that are idle. */
  rows(nowMs: number): readonly T[] {
    const { idleMs } = this.#options;
    if (idleMs !== undefined && nowMs - this.#sweptMs >= sweepEveryMs) this.#sweep(nowMs, idleMs);
    return [...this.#rows.values(), ...this.#leftOver.values()];
  }

  #sweep(nowMs: number, idleMs: number): void {
    this.#sweptMs = nowMs;
    for (const [key, row] of this.#rows) {
      if (row.held > 0 || nowMs - row.lastMs < idleMs) continue;
      row.dropped = true;
      this.#rows.delete(key);
    }
  }
}
