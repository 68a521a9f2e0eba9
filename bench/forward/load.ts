/** The clients of the forward benchmark, in a process of their own. */

import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";

/** One round of requests and responses, all of `requestBytes`. */
export interface PingPong {
  readonly kind: "ping-pong";
  readonly port: number;
  readonly connections: number;
  /** Requests under way on each connection: sent in one write, answered before the next. */
  readonly depth: number;
  /** In all, over all connections. */
  readonly requests: number;
  readonly requestBytes: number;
  /**
   * Whether the requests are Kafka's: an API key and a version that read as the correlation id when
   * an upstream sends the request back as it is.
   * @default false
   */
  readonly kafka?: boolean;
}

/** Bytes one way, over one connection. */
export interface Bulk {
  readonly kind: "bulk";
  readonly port: number;
  readonly bytes: number;
}

/** One request on each of many connections, which then stay open until the next load. */
export interface Hold {
  readonly kind: "hold";
  readonly port: number;
  readonly connections: number;
  readonly requestBytes: number;
}

/** Connections that each carry one exchange, some at a time. */
export interface Churn {
  readonly kind: "churn";
  readonly port: number;
  /** In all. */
  readonly connections: number;
  readonly atOnce: number;
  /** What each sends first, hexadecimal, and gets back. */
  readonly firstBytes: string;
}

export type Load = PingPong | Bulk | Hold | Churn;

export interface LoadResult {
  readonly elapsedMs: number;
  /** What went wrong; the figure is void then. */
  readonly failure?: string;
}

function exchangeOn(socket: Socket, request: Buffer): Promise<void> {
  let missing = request.length;
  return new Promise((resolve, reject) => {
    socket.on("connect", () => socket.write(request));
    socket.on("data", (chunk: Buffer) => {
      missing -= chunk.length;
      if (missing === 0) resolve();
    });
    socket.on("error", reject);
  });
}

const bulkChunk = Buffer.alloc(256 * 1024, "b");

/** A request that is its own answer. */
function requestOf({ requestBytes, kafka = false }: PingPong): Buffer {
  const request = Buffer.alloc(requestBytes, "r");
  if (!kafka) return request;
  const [apiKey, version, clientIdBytes] = [metadataKey, 8, 10];
  request.writeInt32BE(requestBytes - 4, 0);
  request.writeInt16BE(apiKey, 4);
  request.writeInt16BE(version, 6);
  request.copy(request, 8, 4, 8);
  request.writeInt16BE(clientIdBytes, 12);
  return request;
}

const metadataKey = 3;

function pingPongOn(socket: Socket, load: PingPong): Promise<void> {
  const { depth, connections, requests } = load;
  const batch = Buffer.concat(Array.from({ length: depth }, () => requestOf(load)));
  let batches = Math.ceil(requests / connections / depth);
  let missing = 0;
  return new Promise((resolve, reject) => {
    const next = (): void => {
      if (batches === 0) {
        socket.end();
        resolve();
        return;
      }
      batches -= 1;
      missing = batch.length;
      socket.write(batch);
    };
    socket.on("data", (chunk: Buffer) => {
      missing -= chunk.length;
      if (missing === 0) next();
      else if (missing < 0) reject(new Error("more came back than was sent"));
    });
    socket.on("error", reject);
    socket.on("connect", next);
  });
}

function bulkOn(socket: Socket, { bytes }: Bulk): Promise<void> {
  let left = bytes;
  let counted = "";
  return new Promise((resolve, reject) => {
    const send = (): void => {
      while (left > 0) {
        const chunk = bulkChunk.subarray(0, Math.min(left, bulkChunk.length));
        left -= chunk.length;
        if (!socket.write(chunk)) return;
      }
      socket.end();
    };
    socket.on("connect", send);
    socket.on("drain", send);
    socket.on("data", (chunk: Buffer) => (counted += chunk.toString("latin1")));
    socket.on("end", () => {
      if (Number(counted) === bytes) resolve();
      else reject(new Error(`sent ${bytes} bytes, ${counted} arrived`));
    });
    socket.on("error", reject);
  });
}

const open = new Set<Socket>();

function connectTo(port: number): Socket {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
  open.add(socket);
  return socket;
}

async function churn({ port, connections, atOnce, firstBytes }: Churn): Promise<void> {
  const request = Buffer.from(firstBytes, "hex");
  const one = async (): Promise<void> => {
    for (let n = 0; n < connections / atOnce; n++) {
      const socket = connectTo(port);
      await exchangeOn(socket, request);
      socket.end().resume();
      await once(socket, "close");
      open.delete(socket);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}

async function carry(load: Load): Promise<void> {
  if (load.kind === "churn") return churn(load);
  if (load.kind === "bulk") return bulkOn(connectTo(load.port), load);
  const sockets = Array.from({ length: load.connections }, () => connectTo(load.port));
  const exchange = (socket: Socket): Promise<void> =>
    load.kind === "ping-pong"
      ? pingPongOn(socket, load)
      : exchangeOn(socket, Buffer.alloc(load.requestBytes, "r"));
  await Promise.all(sockets.map(exchange));
}

async function run(load: Load): Promise<LoadResult> {
  for (const socket of open) socket.destroy();
  open.clear();
  const startedMs = performance.now();
  try {
    await carry(load);
    return { elapsedMs: performance.now() - startedMs };
  } catch (error) {
    return { elapsedMs: 0, failure: String(error) };
  }
}

process.on("message", (load: Load) => void run(load).then((result) => process.send?.(result)));
process.send?.({ port: 0 });
