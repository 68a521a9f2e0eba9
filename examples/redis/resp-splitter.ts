import { ProxyError, whole } from "@pagoda/core";

import type { MessageReader } from "./pipeline.ts";

/** Bytes that are no RESP, or larger than allowed. */
export class RespError extends ProxyError {
  readonly code = "RESP";
  readonly retriable = false;
  readonly kind = "protocol";
}

export interface RespSplitterOptions {
  /**
   * Largest value, in bytes with everything that is in it. A bigger one fails before it is kept.
   * @default 67108864 (64 MiB)
   */
  readonly maxBytes?: number;
  /**
   * Most values inside of one, at any depth. More fail before they are read: each may cost whoever
   * decodes it a few hundred bytes.
   * @default 1048576 (as many arguments as Redis takes)
   */
  readonly maxValues?: number;
}

const plus = 0x2b;
const minus = 0x2d;
const colon = 0x3a;
const lf = 0x0a;
const cr = 0x0d;
/** Longest line: a simple string, an error, a number, a length. Redis allows as much. */
const maxLineBytes = 65_536;

/** What a length says of what follows it. */
type Follows = "bytes" | "values" | "pairs" | "attributes";

const types: ReadonlyMap<number, Follows | "line"> = new Map([
  [plus, "line"],
  [minus, "line"],
  [colon, "line"],
  [code("_"), "line"],
  [code("#"), "line"],
  [code(","), "line"],
  [code("("), "line"],
  [code("$"), "bytes"],
  [code("!"), "bytes"],
  [code("="), "bytes"],
  [code("*"), "values"],
  [code("~"), "values"],
  [code(">"), "values"],
  [code("%"), "pairs"],
  [code("|"), "attributes"],
]);

/**
 * Cuts a stream of RESP2 and RESP3 into values, however the bytes come: each is found where it ends,
 * and kept as the bytes that it is. Nothing is decoded; nothing is looked at twice.
 *
 *     line        + - : _ # , (    text CR LF
 *     bytes       $ ! =            length CR LF, so many bytes CR LF;  -1 for null
 *     values      * ~ >            count CR LF, so many values;        -1 for null
 *     pairs       %                count CR LF, twice as many values
 *     attributes  |                the same, and then the value that they are about
 *
 * Not in it: streamed strings and aggregates (`$?`, `*?`), which no Redis sends, and inline commands.
 * Memory follows the bytes that came, never a length that was only announced.
 */
export class RespSplitter implements MessageReader<Uint8Array> {
  readonly #maxBytes: number;
  readonly #maxValues: number;
  #chunk: Uint8Array = nothing;
  /** Where the value begins in the chunk, and how far it was read. */
  #start = 0;
  #at = 0;
  /** What came of the value before the chunk. */
  #before: Uint8Array[] = [];
  #beforeBytes = 0;
  /** Values still to come until the one begun is whole; 0 between two. */
  #missing = 0;
  /** Values inside of it that were announced. */
  #inside = 0;
  /** What is being read: a line of that type, or so many bytes. */
  #type = 0;
  #lineBytes = 0;
  #last = 0;
  #length = 0;
  #negative = false;
  #digits = 0;
  #skip = 0;

  constructor({ maxBytes = 67_108_864, maxValues = 1_048_576 }: RespSplitterOptions = {}) {
    this.#maxBytes = whole("maxBytes", maxBytes, 16);
    this.#maxValues = whole("maxValues", maxValues, 1);
  }

  push(chunk: Uint8Array): void {
    const rest = this.#chunk.subarray(this.#at);
    if (rest.length > 0) {
      // Seldom: who pushes takes out what there is first.
      this.#chunk = Buffer.concat([this.#chunk.subarray(this.#start), chunk]);
      this.#at -= this.#start;
    } else {
      this.#keep();
      this.#chunk = chunk;
      this.#at = 0;
    }
    this.#start = 0;
  }

  /** The bytes of the next value; undefined until more come. They are views. @throws RespError */
  next(): Uint8Array | undefined {
    while (this.#at < this.#chunk.length) {
      if (this.#skip > 0) this.#skipBytes();
      else if (this.#type === 0) this.#begin();
      else this.#readLine();
      if (this.#beforeBytes + this.#at - this.#start > this.#maxBytes) {
        throw new RespError(`a value has more than ${this.#maxBytes} bytes`);
      }
      if (this.#missing === 0) return this.#take();
    }
    return undefined;
  }

  end(): void {
    if (this.#missing > 0) throw new RespError("the bytes end within a value");
  }

  #begin(): void {
    const type = this.#chunk[this.#at] as number;
    if (!types.has(type)) throw new RespError(`no value begins with byte 0x${type.toString(16)}`);
    if (this.#missing === 0) {
      this.#missing = 1;
      this.#inside = 0;
    }
    this.#type = type;
    this.#lineBytes = 0;
    this.#length = 0;
    this.#digits = 0;
    this.#negative = false;
    this.#last = 0;
    this.#at += 1;
  }

  #readLine(): void {
    const follows = types.get(this.#type);
    const chunk = this.#chunk;
    while (this.#at < chunk.length) {
      const byte = chunk[this.#at] as number;
      this.#at += 1;
      if (byte === lf && this.#last === cr) return this.#endLine(follows);
      if (byte === lf || this.#last === cr)
        throw new RespError("a line ends with CR LF, and has neither inside");
      if (follows !== "line" && byte !== cr) this.#digit(byte);
      this.#last = byte;
      this.#lineBytes += 1;
      if (this.#lineBytes > maxLineBytes) throw new RespError(`a line has more than ${maxLineBytes} bytes`);
    }
  }

  #digit(byte: number): void {
    const digit = byte - 0x30;
    if (byte === minus && this.#lineBytes === 0) this.#negative = true;
    else if (digit >= 0 && digit <= 9 && this.#digits < 15) {
      this.#length = this.#length * 10 + digit;
      this.#digits += 1;
    } else throw new RespError("a length is no number");
  }

  #endLine(follows: Follows | "line" | undefined): void {
    this.#type = 0;
    this.#missing -= 1;
    if (follows === "line" || follows === undefined) return;
    if (this.#digits === 0) throw new RespError("a length is missing");
    if (this.#negative) {
      if (this.#length !== 1 || (follows !== "bytes" && follows !== "values")) {
        throw new RespError(`a length is -${this.#length}`);
      }
      return;
    }
    if (this.#length > this.#maxBytes) throw new RespError(`a value has more than ${this.#maxBytes} bytes`);
    if (follows === "bytes") {
      // Not whole before its bytes are there.
      this.#missing += 1;
      this.#skip = this.#length + 2;
    } else if (follows === "values") this.#expect(this.#length);
    else this.#expect(this.#length * 2 + (follows === "attributes" ? 1 : 0));
  }

  #expect(values: number): void {
    this.#missing += values;
    this.#inside += values;
    if (this.#inside > this.#maxValues)
      throw new RespError(`a value has more than ${this.#maxValues} inside`);
  }

  #skipBytes(): void {
    while (this.#skip > 2) {
      const step = Math.min(this.#skip - 2, this.#chunk.length - this.#at);
      this.#skip -= step;
      this.#at += step;
      if (this.#at === this.#chunk.length) return;
    }
    const expected = this.#skip === 2 ? cr : lf;
    if (this.#chunk[this.#at] !== expected) throw new RespError("a string is longer than its length");
    this.#at += 1;
    this.#skip -= 1;
    if (this.#skip === 0) this.#missing -= 1;
  }

  #take(): Uint8Array {
    const end = this.#chunk.subarray(this.#start, this.#at);
    this.#start = this.#at;
    if (this.#beforeBytes === 0) return end;
    const whole = Buffer.concat([...this.#before, end]);
    this.#before = [];
    this.#beforeBytes = 0;
    return whole;
  }

  #keep(): void {
    const part = this.#chunk.subarray(this.#start);
    if (part.length === 0) return;
    this.#before.push(part);
    this.#beforeBytes += part.length;
  }
}

const nothing = new Uint8Array(0);

function code(character: string): number {
  return character.charCodeAt(0);
}
