/** A Kafka client that costs little: frames encoded once, answers counted and checked. */

import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

import { FrameDecoder } from "@pagoda/kafka/protocol";

import { fetch, listOffsets, metadata, produce } from "./frames.ts";
import type { Exchange } from "./frames.ts";

/** One measurement. */
export interface Load {
  readonly kind: "produce" | "fetch" | "small";
  readonly topic: string;
  /** `HOST:PORT` */
  readonly bootstrap: string;
  /** Whether to go where Metadata says that the leader is; else everything goes to `bootstrap`. */
  readonly toLeader: boolean;
  /** Each to a partition of its own. */
  readonly connections: number;
  /** In all, over all connections. */
  readonly requests: number;
  /** Requests under way on each connection; ignored where there is a rate. */
  readonly depth: number;
  /** Over all connections. Undefined: as many as are answered. */
  readonly requestsPerSecond?: number;
  /** Of a produce request. */
  readonly recordsPerRequest: number;
}

export interface LoadResult {
  readonly seconds: number;
  readonly recordBytes: number;
  /** Milliseconds from a request to its answer. */
  readonly p50: number;
  readonly p99: number;
  /** What went wrong; the figures are void then. */
  readonly failure?: string;
}

const fetchBytes = 1_048_576;

function exchangeOf({ kind, topic, recordsPerRequest }: Load, partition: number): Exchange {
  if (kind === "produce") return produce(topic, partition, recordsPerRequest);
  return kind === "fetch" ? fetch(topic, partition, fetchBytes) : listOffsets(topic, partition);
}

/** One connection, with answers in the order of the requests. */
class Line {
  readonly #socket: Socket;
  readonly #waiting: ((answer: Uint8Array) => void)[] = [];
  readonly broken: Promise<never>;

  private constructor(socket: Socket) {
    this.#socket = socket;
    const { promise, reject } = Promise.withResolvers<never>();
    this.broken = promise;
    // Raced where there is something to wait for.
    promise.catch(() => {});
    const frames = new FrameDecoder();
    socket.on("data", (chunk: Buffer) => {
      for (const frame of frames.push(chunk)) this.#waiting.shift()?.(frame);
    });
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("the connection was closed")));
  }

  static async to(address: string): Promise<Line> {
    const at = address.lastIndexOf(":");
    const socket = connect({
      host: address.slice(0, at),
      port: Number(address.slice(at + 1)),
      noDelay: true,
    });
    await once(socket, "connect");
    return new Line(socket);
  }

  send(frame: Buffer, answered: (answer: Uint8Array) => void): void {
    this.#waiting.push(answered);
    this.#socket.write(frame);
  }

  close(): void {
    this.#socket.destroy();
  }
}

async function leaderOf({ bootstrap, topic, toLeader }: Load): Promise<string> {
  if (!toLeader) return bootstrap;
  const line = await Line.to(bootstrap);
  const { frame, read } = metadata(topic);
  const answer = new Promise<Uint8Array>((resolve) => line.send(frame, resolve));
  const { brokers, topics } = read(await Promise.race([answer, line.broken]));
  line.close();
  const leader = brokers.find(({ nodeId }) => nodeId === topics[0]?.partitions[0]?.leaderId);
  if (leader === undefined) throw new Error(`${topic} has no leader`);
  return `${leader.host}:${leader.port}`;
}

/** As many requests as there are, so many at once. */
function asFastAsCan(line: Line, { frame, check }: Exchange, requests: number, depth: number) {
  const took: number[] = [];
  let unsent = requests;
  return new Promise<number[]>((resolve, reject) => {
    const next = (): void => {
      if (unsent === 0) return;
      unsent -= 1;
      const sentMs = performance.now();
      line.send(frame, (answer) => {
        try {
          check(answer);
        } catch (error) {
          reject(error);
          return;
        }
        took.push(performance.now() - sentMs);
        next();
        if (took.length === requests) resolve(took);
      });
    };
    for (let n = 0; n < depth; n++) next();
  });
}

/** One request every so often, whether or not the one before was answered. */
async function atRate(line: Line, { frame, check }: Exchange, requests: number, perSecond: number) {
  const took: number[] = [];
  const answers: Promise<void>[] = [];
  const startedMs = performance.now();
  for (let n = 0; n < requests; n++) {
    const waitMs = startedMs + (n * 1_000) / perSecond - performance.now();
    if (waitMs > 0.5) await delay(waitMs);
    const sentMs = performance.now();
    const answer = new Promise<Uint8Array>((resolve) => line.send(frame, resolve));
    answers.push(
      answer.then((response) => {
        took.push(performance.now() - sentMs);
        check(response);
      }),
    );
  }
  await Promise.all(answers);
  return took;
}

async function measure(load: Load): Promise<LoadResult> {
  const { connections, requests, depth, requestsPerSecond } = load;
  const address = await leaderOf(load);
  const lines = await Promise.all(Array.from({ length: connections }, () => Line.to(address)));
  const exchanges = lines.map((_, partition) => exchangeOf(load, partition));
  const each = Math.ceil(requests / connections);
  const startedMs = performance.now();
  const took = await Promise.all(
    lines.map((line, n) => {
      const exchange = exchanges[n] as Exchange;
      const work =
        requestsPerSecond === undefined
          ? asFastAsCan(line, exchange, each, depth)
          : atRate(line, exchange, each, requestsPerSecond / connections);
      return Promise.race([work, line.broken]);
    }),
  );
  const seconds = (performance.now() - startedMs) / 1_000;
  for (const line of lines) line.close();
  const sorted = took.flat().toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  return {
    seconds,
    recordBytes: each * connections * (exchanges[0]?.recordBytes ?? 0),
    p50: at(0.5),
    p99: at(0.99),
  };
}

process.on("message", (load: Load) => {
  measure(load).then(
    (result) => process.send?.(result),
    (error: unknown) => process.send?.({ failure: String(error) }),
  );
});
process.send?.({ port: 0 });
