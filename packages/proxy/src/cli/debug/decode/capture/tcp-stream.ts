/** Told what a direction of a connection said, in its order. */
export interface StreamReader {
  bytes(bytes: Uint8Array, atMs: number): void;
  /** So many bytes are not in the capture. */
  gap(bytes: number, atMs: number): void;
}

interface Held {
  readonly sequence: number;
  readonly bytes: Uint8Array;
  readonly atMs: number;
}

/** Held out of their order; one more, and what is missing before them counts as lost. */
const maxHeldBytes = 1_048_576;
const maxHeldSegments = 512;

/**
 * Puts one direction of a TCP connection together: what came twice is dropped, what came too early
 * waits for what is missing, and what never comes is a gap.
 */
export class TcpStream {
  readonly #reader: StreamReader;
  /** The sequence number that comes next; undefined before the first segment. */
  #next: number | undefined;
  #held: Held[] = [];
  #heldBytes = 0;

  constructor(reader: StreamReader) {
    this.#reader = reader;
  }

  /** Bytes that wait for others. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** The connection begins with this SYN: what is said begins behind it. */
  begin(sequence: number): void {
    this.#next = (sequence + 1) >>> 0;
  }

  /** A segment with a payload. The first one of a stream that has not begun begins it. */
  add(sequence: number, bytes: Uint8Array, atMs: number): void {
    this.#next ??= sequence;
    if (!this.#deliver({ sequence, bytes, atMs })) {
      // Of the capture's buffer: it is not kept as a whole for this.
      this.#held.push({ sequence, bytes: bytes.slice(), atMs });
      this.#heldBytes += bytes.length;
    }
    this.#deliverHeld();
    while (this.#heldBytes > maxHeldBytes || this.#held.length > maxHeldSegments) this.#giveUp();
  }

  /** The other side has everything up to here: what is missing before it was not captured. */
  acknowledged(sequence: number): void {
    while (this.#held.length > 0 && this.#next !== undefined && ((sequence - this.#next) | 0) > 0)
      this.#giveUp();
  }

  /** The capture is over: what waits is all there is. */
  end(): void {
    while (this.#held.length > 0) this.#giveUp();
  }

  #deliver({ sequence, bytes, atMs }: Held): boolean {
    const next = this.#next ?? sequence;
    // Sequence numbers go round: what is less than half a round ahead comes later.
    const ahead = (sequence - next) | 0;
    if (ahead > 0) return false;
    if (-ahead < bytes.length) {
      this.#next = (sequence + bytes.length) >>> 0;
      this.#reader.bytes(ahead === 0 ? bytes : bytes.subarray(-ahead), atMs);
    }
    return true;
  }

  #deliverHeld(): void {
    for (let moved = this.#held.length > 0; moved;) {
      const left = this.#held.filter((held) => !this.#deliver(held));
      moved = left.length < this.#held.length && left.length > 0;
      this.#held = left;
    }
    this.#heldBytes = this.#held.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  /** Goes on at the earliest segment held. */
  #giveUp(): void {
    const next = this.#next ?? 0;
    const gap = Math.min(...this.#held.map(({ sequence }) => (sequence - next) | 0));
    const first = this.#held.find(({ sequence }) => ((sequence - next) | 0) === gap);
    this.#next = (next + gap) >>> 0;
    this.#reader.gap(gap, first?.atMs ?? 0);
    this.#deliverHeld();
  }
}
