import { concurrencyLimit, filter, stack } from "@pagoda/core";
import { bind, connect, detect, formatEndpoint, forwardTo, parseEndpoint, serve } from "@pagoda/tcp";
import type { Connection, Detected, Endpoint, ListenerServing } from "@pagoda/tcp";

/** Forwards Kafka and HTTP to one upstream, at most 100 connections at once, and refuses the rest. */
export async function start(upstream: Endpoint, port = 0): Promise<ListenerServing> {
  const proxy = stack<Connection, void>()
    .push(concurrencyLimit({ max: 100, maxQueued: 0 }))
    .push(detect({ timeoutMs: 1_000 }))
    .push(filter({ allow: speaksKafkaOrHttp }))
    .service(forwardTo({ connect: (_, cx) => connect({ ...upstream, timeoutMs: 5_000 }, cx) }));
  return serve(await bind({ host: "127.0.0.1", port, name: "main" }), proxy);
}

function speaksKafkaOrHttp({ detected }: Detected): boolean {
  return detected.protocol === "kafka" || detected.protocol === "http";
}

if (process.argv[1] === import.meta.filename) {
  const serving = await start(parseEndpoint(process.argv[2] ?? "localhost:9092"), 19_092);
  process.stdout.write(`serving ${formatEndpoint(serving.address)}\n`);
}
