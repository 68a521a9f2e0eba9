import { RespError } from "./resp-splitter.ts";

/**
 * A value of RESP2 or RESP3. Simple strings and big numbers are told from bulk strings, integers and
 * doubles by their types; an error is its message.
 */
export type RespValue =
  | string
  | Uint8Array
  | bigint
  | number
  | boolean
  | null
  | { readonly error: string }
  | readonly RespValue[]
  | ReadonlyMap<RespValue, RespValue>;

/** Values inside of one another. Redis itself sends a few. */
const maxDepth = 64;

/** Decodes one whole value, as `RespSplitter` gives it. Bulk strings are views. @throws RespError */
export function decodeResp(bytes: Uint8Array): RespValue {
  return new Decoder(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)).value(0);
}

class Decoder {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  value(depth: number): RespValue {
    if (depth > maxDepth) throw new RespError(`values are more than ${maxDepth} deep`);
    const line = this.#line();
    const text = line.slice(1);
    switch (line.charAt(0)) {
      case "+":
        return text;
      case "-":
        return { error: text };
      case ":":
      case "(":
        return integer(text);
      case ",":
        return double(text);
      case "#":
        return text === "t";
      case "_":
        return null;
      case "$":
        return this.#string(Number(text));
      case "=":
        // Three letters and a colon say what it is.
        return this.#string(Number(text))?.subarray(4) ?? null;
      case "!":
        return { error: String(this.#string(Number(text))) };
      case "*":
      case "~":
      case ">":
        return text === "-1" ? null : this.#values(Number(text), depth);
      case "%":
        return this.#map(Number(text), depth);
      case "|":
        this.#map(Number(text), depth);
        return this.value(depth);
      default:
        throw new RespError(`no value begins with ${JSON.stringify(line[0])}`);
    }
  }

  #line(): string {
    const end = this.#bytes.indexOf("\r\n", this.#at, "latin1");
    if (end === -1) throw new RespError("the bytes end within a value");
    const line = this.#bytes.toString("utf8", this.#at, end);
    this.#at = end + 2;
    return line;
  }

  #string(length: number): Buffer | null {
    if (length === -1) return null;
    const string = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length + 2;
    return string;
  }

  #values(count: number, depth: number): readonly RespValue[] {
    const values: RespValue[] = [];
    for (let index = 0; index < count; index++) values.push(this.value(depth + 1));
    return values;
  }

  #map(pairs: number, depth: number): ReadonlyMap<RespValue, RespValue> {
    const map = new Map<RespValue, RespValue>();
    for (let index = 0; index < pairs; index++) map.set(this.value(depth + 1), this.value(depth + 1));
    return map;
  }
}

function integer(text: string): bigint {
  if (!/^[+-]?\d+$/.test(text)) throw new RespError(`${JSON.stringify(text)} is no integer`);
  return BigInt(text);
}

function double(text: string): number {
  if (text === "inf") return Infinity;
  return text === "-inf" ? -Infinity : Number(text);
}

/** Encodes what a server answers, in the forms that RESP2 has: bytes as a bulk string, a text as a simple one. */
export function encodeResp(
  value: Exclude<RespValue, number | boolean | ReadonlyMap<unknown, unknown>>,
): Buffer {
  if (value === null) return Buffer.from("$-1\r\n");
  if (typeof value === "string") return Buffer.from(`+${oneLine(value)}\r\n`);
  if (typeof value === "bigint") return Buffer.from(`:${value}\r\n`);
  if (value instanceof Uint8Array) return bulk(value);
  if ("error" in value) return Buffer.from(`-${oneLine(value.error)}\r\n`);
  const parts = value.map((part) => encodeResp(part as Parameters<typeof encodeResp>[0]));
  return Buffer.concat([Buffer.from(`*${value.length}\r\n`), ...parts]);
}

function bulk(bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from("\r\n")]);
}

function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]+/g, " ");
}
