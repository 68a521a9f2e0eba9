/** Clients that ask for something big and take it slowly: all have begun before one goes on. */

import { connect } from "node:net";
import type { Socket } from "node:net";

/** One measurement: answered `held` when every client has its first bytes, `done` when all have all. */
export interface SlowLoad {
  readonly port: number;
  readonly clients: number;
  /** Requests that each client pipelines. */
  readonly depth: number;
  readonly responseBytes: number;
}

const sockets: Socket[] = [];
let finished: Promise<void[]> | undefined;

/** A Fetch v11 request without a body: nobody reads more than the header. */
function request(correlationId: number): Buffer {
  const bytes = Buffer.alloc(14);
  bytes.writeInt32BE(10, 0);
  bytes.writeInt16BE(1, 4);
  bytes.writeInt16BE(11, 6);
  bytes.writeInt32BE(correlationId, 8);
  bytes.writeInt16BE(-1, 12);
  return bytes;
}

async function hold({ port, clients, depth, responseBytes }: SlowLoad): Promise<void> {
  const begun: Promise<void>[] = [];
  const ends: Promise<void>[] = [];
  for (let n = 0; n < clients; n++) {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    sockets.push(socket);
    const first = Promise.withResolvers<void>();
    const last = Promise.withResolvers<void>();
    let missing = depth * responseBytes;
    for (let id = 0; id < depth; id++) socket.write(request(id));
    socket.once("data", () => {
      socket.pause();
      first.resolve();
    });
    socket.on("data", (chunk: Buffer) => {
      missing -= chunk.length;
      if (missing === 0) last.resolve();
    });
    const failed = (error: Error): void => {
      first.reject(error);
      last.reject(error);
    };
    socket.on("error", failed);
    socket.on("close", () => failed(new Error(`closed with ${missing} bytes missing`)));
    begun.push(first.promise);
    ends.push(last.promise);
  }
  finished = Promise.all(ends);
  finished.catch(() => {});
  await Promise.all(begun);
}

async function finish(): Promise<void> {
  for (const socket of sockets) socket.resume();
  await finished;
  for (const socket of sockets.splice(0)) socket.destroy();
}

process.on("message", (message: SlowLoad | { readonly finish: true }) => {
  const work = "finish" in message ? finish() : hold(message);
  work.then(
    () => process.send?.({}),
    (error: unknown) => process.send?.({ failure: String(error) }),
  );
});
process.send?.({ port: 0 });
