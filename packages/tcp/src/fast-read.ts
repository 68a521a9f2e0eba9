import { Socket } from "node:net";
import type { Duplex } from "node:stream";

import { ReadBuffers } from "./read-buffers.ts";

/**
 * Takes bytes as they were read. Answers whether they are still in use when it returns (a write
 * that did not finish at once): only if not, their memory is read into again.
 */
export type TakeBytes = (bytes: Buffer) => boolean;

/**
 * Hands everything that `stream` brings to `take`, beginning with what was given back to it by
 * `unshift`. `pause`, `resume`, `end` and `close` of the stream work as ever.
 *
 * With `reuse`, a plain socket is read into memory that is used again, which spares a buffer per
 * read (bench/forward.bench.ts). Node has that for sockets that one opens (`onread` of
 * `net.connect`); here the same mechanism serves accepted ones too. It is not documented for them,
 * so where any part of it is not as expected, and for every other stream, `data` events do.
 *
 * @returns how to stop listening, once the stream has closed.
 */
export function readInto(
  stream: Duplex,
  take: TakeBytes,
  { reuse }: { readonly reuse: boolean },
): () => void {
  const fast = reuse ? readableFast(stream) : undefined;
  if (fast !== undefined) return readFast(fast, take);
  stream.on("data", take);
  stream.resume();
  return () => stream.off("data", take);
}

/** True for streams that `readInto` would read into memory used again. */
export function canReadFast(stream: Duplex): boolean {
  return readableFast(stream) !== undefined;
}

interface Keys {
  readonly buffer: symbol;
  readonly callback: symbol;
  readonly generator: symbol;
}

/**
 * What `onStreamRead` of Node (lib/internal/stream_base_commons.js) looks at: it calls `callback`
 * after each read, then `generator` for where the next goes, and keeps that alive as `buffer`.
 */
interface FastSocket {
  readonly socket: Socket;
  readonly keys: Keys;
  readonly handle: { useUserBuffer(buffer: Buffer): void };
}

function readFast({ socket, keys, handle }: FastSocket, take: TakeBytes): () => void {
  const buffers = new ReadBuffers();
  let bytes = 0;
  let kept = false;
  const internals = socket as unknown as Record<symbol, unknown>;
  internals[keys.buffer] = buffers.current;
  internals[keys.callback] = (length: number, buffer: Buffer): void => {
    bytes = length;
    kept = take(buffer.subarray(0, length));
  };
  internals[keys.generator] = (): Buffer => buffers.next(bytes, kept);
  handle.useUserBuffer(buffers.current);

  const waiting = socket.read() as Buffer | null;
  socket.resume();
  if (waiting !== null) take(waiting);
  const release = (): void => buffers.release();
  socket.once("close", release);
  return () => socket.off("close", release);
}

/** The parts that reading fast takes, when the stream is a plain socket and has all of them. */
function readableFast(stream: Duplex): FastSocket | undefined {
  // Exactly: a TLS socket is a subclass, and its bytes come from elsewhere.
  if (Object.getPrototypeOf(stream) !== Socket.prototype) return undefined;
  const socket = stream as Socket;
  if (socket.connecting || socket.destroyed || socket.readableEncoding !== null) return undefined;
  const handle: unknown = Reflect.get(socket, "_handle");
  if (typeof handle !== "object" || handle === null || !("useUserBuffer" in handle)) return undefined;
  if (typeof handle.useUserBuffer !== "function") return undefined;
  keys ??= keysOf(socket);
  if (keys === "missing") return undefined;
  // A buffer is there already: opened with `onread`, or read fast by somebody before.
  if (Reflect.get(socket, keys.buffer) !== null) return undefined;
  return { socket, keys, handle: handle as FastSocket["handle"] };
}

let keys: Keys | "missing" | undefined;

function keysOf(socket: Socket): Keys | "missing" {
  const own = new Map(Object.getOwnPropertySymbols(socket).map((symbol) => [symbol.description, symbol]));
  const buffer = own.get("kBuffer");
  const callback = own.get("kBufferCb");
  const generator = own.get("kBufferGen");
  if (buffer === undefined || callback === undefined || generator === undefined) return "missing";
  return { buffer, callback, generator };
}
