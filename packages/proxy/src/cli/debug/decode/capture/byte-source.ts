/** Hands the bytes of a stream out in the portions that are asked for, holding no more than one. */
export class ByteSource {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #held: Uint8Array = new Uint8Array(0);
  #offset = 0;

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  /** Bytes handed out so far. */
  get offset(): number {
    return this.#offset;
  }

  /** The next `length` bytes, or undefined where there are fewer: `rest` has those. */
  async take(length: number): Promise<Buffer | undefined> {
    const bytes = await this.peek(length);
    if (bytes.length < length) return undefined;
    this.#held = this.#held.subarray(length);
    this.#offset += length;
    return bytes;
  }

  /** The next `length` bytes, or as many as there are; they are handed out again. */
  async peek(length: number): Promise<Buffer> {
    if (this.#held.length < length) {
      const parts = [this.#held];
      let total = this.#held.length;
      while (total < length) {
        // oxlint-disable-next-line no-await-in-loop -- one portion after the other
        const next = await this.#chunks.next();
        if (next.done === true) break;
        parts.push(next.value);
        total += next.value.length;
      }
      this.#held = Buffer.concat(parts, total);
    }
    const { buffer, byteOffset } = this.#held;
    return Buffer.from(buffer, byteOffset, Math.min(length, this.#held.length));
  }

  /** Everything that is left, or undefined when it is more than `maxBytes`. */
  async rest(maxBytes: number): Promise<Buffer | undefined> {
    const bytes = await this.peek(maxBytes + 1);
    return bytes.length > maxBytes ? undefined : bytes;
  }
}
