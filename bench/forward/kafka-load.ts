/** The clients of the Kafka benchmarks, in a process of their own. */

import { connect } from "node:net";

import { exchangeOf } from "./kafka-messages.ts";
import type { ExchangeKind } from "./kafka-messages.ts";

/** One round of requests and responses. */
export interface KafkaLoad {
  readonly port: number;
  readonly exchange: ExchangeKind;
  readonly connections: number;
  /** Requests under way on each connection: sent in one write, answered before the next. */
  readonly depth: number;
  /** In all, over all connections. */
  readonly requests: number;
}

function converse({ port, exchange, connections, depth, requests }: KafkaLoad): Promise<void> {
  const { request, response } = exchangeOf(exchange);
  const batch = Buffer.concat(
    Array.from({ length: depth }, (_, n) => {
      const one = Buffer.from(request);
      one.writeInt32BE(n + 1, 8);
      return one;
    }),
  );
  let batches = Math.ceil(requests / connections / depth);
  let missing = 0;
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  return new Promise((resolve, reject) => {
    const next = (): void => {
      if (batches === 0) {
        socket.end();
        resolve();
        return;
      }
      batches -= 1;
      missing = response.length * depth;
      socket.write(batch);
    };
    socket.on("data", (chunk: Buffer) => {
      missing -= chunk.length;
      if (missing === 0) next();
      else if (missing < 0) reject(new Error("more came back than there is to come"));
    });
    socket.on("close", () => reject(new Error("closed before all was answered")));
    socket.on("error", reject);
    socket.on("connect", next);
  });
}

process.on("message", (load: KafkaLoad) => {
  const all = Promise.all(Array.from({ length: load.connections }, () => converse(load)));
  all.then(
    () => process.send?.({}),
    (error: unknown) => process.send?.({ failure: String(error) }),
  );
});
process.send?.({ port: 0 });
