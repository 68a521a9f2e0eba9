import { uint } from "./detector.ts";

/**
 * Reads what a TLS ClientHello says in the clear, to route by it before anything is decrypted.
 *
 * ```text
 * record        type:1=22  version:2  length:2  fragment        a message may span records
 * message       type:1=1   length:3   ClientHello
 * ClientHello   version:2  random:32  session<1>  ciphers<2>  compression<1>  extensions<2>
 * extension     type:2     data<2>
 * server_name   list<2> of (type:1  name<2>)      extension 0   RFC 6066 section 3
 * alpn          list<2> of (name<1>)              extension 16  RFC 7301 section 3.1
 * ```
 *
 * `x<n>` is a vector with an n-byte length before it. What is malformed is left out: whoever ends
 * the TLS connection is the judge of it.
 */
export interface ClientHello {
  /** The server name, in lower case; absent when none was sent, or one that is no host name. */
  readonly serverName?: string;
  /** Protocols offered, in order; absent when the extension is. */
  readonly alpn?: readonly string[];
}

/** What the ClientHello says, empty when it is malformed, `undefined` while bytes are missing. */
export function readClientHello(bytes: Uint8Array): ClientHello | undefined {
  const message = firstMessage(bytes);
  if (message === undefined) return undefined;

  const hello = new Reader(message);
  hello.take(4 + 2 + 32);
  hello.vector(1);
  hello.vector(2);
  hello.vector(1);
  const extensions = hello.vector(2);
  let serverName: string | undefined;
  let alpn: readonly string[] | undefined;
  while (extensions.left > 0) {
    const type = extensions.uint(2);
    const data = extensions.vector(2);
    if (type === 0) serverName ??= hostName(data.vector(2));
    if (type === 16) alpn ??= protocols(data.vector(2));
  }
  return { ...(serverName !== undefined && { serverName }), ...(alpn !== undefined && { alpn }) };
}

/** The first handshake message, put together from its records; empty when they are malformed. */
function firstMessage(bytes: Uint8Array): Uint8Array | undefined {
  const message = new Uint8Array(bytes.length);
  let filled = 0;
  for (let at = 0; ;) {
    const needed = filled < 4 ? Infinity : 4 + uint(message, 1, 3);
    if (filled >= needed) return message.subarray(0, needed);
    if (bytes.length < at + 5) return undefined;
    const length = uint(bytes, at + 3, 2);
    // An empty record would let a message be spread over records without end.
    if (bytes[at] !== 22 || length === 0) return new Uint8Array();
    const fragment = bytes.subarray(at + 5, at + 5 + length);
    message.set(fragment, filled);
    filled += fragment.length;
    at += 5 + length;
  }
}

function hostName(names: Reader): string | undefined {
  while (names.left > 0) {
    const type = names.uint(1);
    const name = text(names.vector(2)).toLowerCase();
    // It goes into logs and routing tables: nothing but what a host name is made of.
    if (type === 0) return /^[a-z0-9._-]{1,255}$/.test(name) ? name : undefined;
  }
  return undefined;
}

function protocols(names: Reader): readonly string[] {
  const found: string[] = [];
  while (names.left > 0) {
    const name = text(names.vector(1));
    if (name !== "") found.push(name);
  }
  return found;
}

function text(reader: Reader): string {
  return Buffer.from(reader.take(reader.left)).toString("latin1");
}

/** Running short is remembered by having nothing left: reads then give zero and empty. */
class Reader {
  #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length;
  }

  take(length: number): Uint8Array {
    const taken = length <= this.left ? this.#bytes.subarray(0, length) : new Uint8Array();
    this.#bytes = length <= this.left ? this.#bytes.subarray(length) : new Uint8Array();
    return taken;
  }

  uint(width: number): number {
    const taken = this.take(width);
    return taken.length === 0 ? 0 : uint(taken, 0, width);
  }

  vector(lengthBytes: number): Reader {
    return new Reader(this.take(this.uint(lengthBytes)));
  }
}
