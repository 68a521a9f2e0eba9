/** What a quiet connection holds: requests and responses without bulk fit. */
const smallBytes = 4_096;
/** What a busy connection reads at once: Node's own size for reads. */
const bigBytes = 65_536;
/** Reads in a row that would have fitted a small buffer, until a busy connection is quiet again. */
const quietAfterReads = 16;
/** What waits for the next connection, of each size: 2 MiB. */
const maxPooledBytes = 2_097_152;
const pools: ReadonlyMap<number, Buffer[]> = new Map([
  [smallBytes, []],
  [bigBytes, []],
]);
const nothing = Buffer.alloc(0);

/**
 * The buffer that one connection reads into, used again and again: small while little comes, big
 * while much does, so that a thousand quiet connections do not hold a thousand big ones.
 *
 * It cannot be one buffer for the whole process: the system reads into the memory it was given
 * last, for every socket, and a write that could not finish at once still needs its bytes there.
 */
export class ReadBuffers {
  #current: Buffer = take(smallBytes);
  #quietReads = 0;

  /** Where the next read goes. */
  get current(): Buffer {
    return this.#current;
  }

  /**
   * Chooses where the next read goes.
   *
   * @param bytes how many the last one brought.
   * @param kept whether they are still needed where they are: that memory is then left alone.
   */
  next(bytes: number, kept: boolean): Buffer {
    const length = this.#lengthAfter(bytes);
    if (kept || length !== this.#current.length) {
      if (!kept) this.release();
      this.#current = take(length);
    }
    return this.#current;
  }

  /** Gives the buffer back. Nothing may read into it, or use what is in it, any more. */
  release(): void {
    const buffer = this.#current;
    // Twice in the pool would be two connections in one buffer.
    this.#current = nothing;
    const pool = pools.get(buffer.length);
    if (pool !== undefined && pool.length < maxPooledBytes / buffer.length) pool.push(buffer);
  }

  #lengthAfter(bytes: number): number {
    if (bytes >= smallBytes) {
      this.#quietReads = 0;
      return bigBytes;
    }
    this.#quietReads += 1;
    return this.#current.length === bigBytes && this.#quietReads < quietAfterReads ? bigBytes : smallBytes;
  }
}

function take(length: number): Buffer {
  return pools.get(length)?.pop() ?? Buffer.allocUnsafeSlow(length);
}
