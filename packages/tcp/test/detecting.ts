import { Context } from "@pagoda/core";
import { mockService } from "@pagoda/core/testing";

import { firstBytes } from "./golden/first-bytes.ts";
import type { Connection } from "../src/connection.ts";
import { memoryConnections } from "../src/testing/index.ts";
import { detect } from "../src/detect/detect.ts";
import type { DetectOptions } from "../src/detect/detect.ts";
import type { Detected } from "../src/detect/detection.ts";

/** First bytes of a Kafka consumer, a browser and a Redis client. */
export const consumer = Buffer.from("000000140012000200000001000a636f6e73756d65722d31", "hex");
export const get = Buffer.from("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n");
export const ping = Buffer.from("*1\r\n$4\r\nPING\r\n");
/** The TLS hello of a client, in two records. */
export const hello = bytesOf("tls", "openssl, two records");

/** What a client said first, as it was recorded. */
export function bytesOf(protocol: string, client: string): Buffer {
  const found = firstBytes.find((each) => each.protocol === protocol && each.client === client);
  return Buffer.from(found?.hex ?? "", "hex");
}

/** A connection that goes through `detect`; `reached` is what the service below gets. */
export function connect(options: DetectOptions<Connection> = {}) {
  const [client, server] = memoryConnections();
  const inner = mockService<Connection & Detected, void>();
  const cx = Context.background().fork();
  const answer = detect<Connection, void>(options)(inner.service).call(server, cx);
  answer.catch(() => {});
  const reached = async (): Promise<Connection & Detected> => {
    while (inner.calls.length === 0) await turn();
    return (await inner.call(0)).request;
  };
  return { client: client.stream, server, inner, cx, answer, reached };
}

/** One turn of the event loop, which no fake clock stops. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
