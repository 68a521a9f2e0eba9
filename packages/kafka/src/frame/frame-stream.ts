import { FrameTooLargeError } from "../protocol/frame/frame-decoder.ts";

/** Bytes that may wait for whoever reads: what one or two reads of a socket bring. */
const fullBytes = 131_072;

/**
 * A big frame on its way: its beginning is there, the rest is handed on as it arrives. One reader
 * takes it, piece by piece or all at once.
 */
export class FrameStream {
  /** All of it, its size included. */
  readonly totalBytes: number;
  readonly #maxGatheredBytes: number;
  #head: Uint8Array;
  #change: (piece: Uint8Array) => Uint8Array = unchanged;
  #pieces: Uint8Array[] = [];
  #waitingBytes = 0;
  #roomBytes = fullBytes;
  #missingBytes: number;
  #failure: Error | undefined;
  #taken = false;
  #gathered = false;
  #discarded = false;
  #reader: PromiseWithResolvers<Uint8Array | undefined> | undefined;
  #onRoom: (() => void) | undefined;

  constructor(head: Uint8Array, totalBytes: number, maxGatheredBytes: number) {
    this.#head = head;
    this.totalBytes = totalBytes;
    this.#missingBytes = totalBytes - head.length;
    this.#maxGatheredBytes = maxGatheredBytes;
  }

  /** What came first: the size, and at least the correlation id. */
  get head(): Uint8Array {
    return this.#head;
  }

  /** Puts every piece through `change`, in order, the head at once: what it returns has as many bytes. */
  mapPieces(change: (piece: Uint8Array) => Uint8Array): void {
    if (this.#taken) throw new TypeError("a frame that is handed on cannot be changed");
    const before = this.#change;
    this.#change = before === unchanged ? change : (piece) => change(before(piece));
    this.#head = change(this.#head);
  }

  /** Has somebody begun to read it? */
  get taken(): boolean {
    return this.#taken;
  }

  /** Is all of it in memory, or will be? */
  get gathered(): boolean {
    return this.#gathered;
  }

  /** Bytes that came and were not read. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Nothing should be pushed until there is room. */
  get full(): boolean {
    return this.#waitingBytes >= this.#roomBytes;
  }

  /** Says that it will be read in due time, and how much may wait for that. */
  hold(roomBytes: number = fullBytes): void {
    this.#roomBytes = Math.max(roomBytes, fullBytes);
    if (!this.full) this.#makeRoom();
  }

  /** Says that somebody will read it, however long that takes. */
  take(): void {
    this.#taken = true;
  }

  /** Calls `listener` once, when there is room again. */
  onRoom(listener: () => void): void {
    this.#onRoom = listener;
  }

  /** Adds what came next. */
  push(piece: Uint8Array): void {
    this.#missingBytes -= piece.length;
    if (this.#discarded) return;
    if (this.#reader === undefined) {
      this.#pieces.push(piece);
      this.#waitingBytes += piece.length;
    } else {
      this.#reader.resolve(this.#change(piece));
      this.#reader = undefined;
    }
  }

  /** The rest will not come. */
  fail(error: Error): void {
    this.#failure = error;
    this.#reader?.reject(error);
    this.#reader = undefined;
  }

  /** Nobody will read it: what comes is dropped. */
  discard(): void {
    this.#taken = true;
    this.#discarded = true;
    this.#pieces = [];
    this.#waitingBytes = 0;
    this.#makeRoom();
  }

  /** The next piece behind the head, undefined after the last; one call at a time. */
  read(): Promise<Uint8Array | undefined> {
    this.#taken = true;
    const piece = this.#pieces.shift();
    if (piece !== undefined) {
      this.#waitingBytes -= piece.length;
      if (!this.full) this.#makeRoom();
      return Promise.resolve(this.#change(piece));
    }
    if (this.#missingBytes === 0) return Promise.resolve(undefined);
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    this.#reader = Promise.withResolvers();
    return this.#reader.promise;
  }

  /** The whole frame, in memory. @throws FrameTooLargeError */
  async gather(): Promise<Uint8Array> {
    if (this.#taken) throw new TypeError("a frame that is handed on cannot be gathered");
    if (this.totalBytes > this.#maxGatheredBytes) {
      throw new FrameTooLargeError(this.totalBytes, this.#maxGatheredBytes);
    }
    this.#gathered = true;
    // Grows with what arrives: the size of a frame is only a claim.
    const pieces = [this.head];
    // oxlint-disable-next-line no-await-in-loop -- one after the other, as they come
    for (let piece = await this.read(); piece !== undefined; piece = await this.read()) pieces.push(piece);
    return Buffer.concat(pieces, this.totalBytes);
  }

  #makeRoom(): void {
    const listener = this.#onRoom;
    this.#onRoom = undefined;
    listener?.();
  }
}

function unchanged(piece: Uint8Array): Uint8Array {
  return piece;
}
