/** Workers that echo, each request after a fixed amount of work: so many as the first argument says. */

import { createLog } from "@pagoda/proxy";
import { bind, formatEndpoint, serve } from "@pagoda/tcp";
import type { Connection } from "@pagoda/tcp";
import { createHash } from "node:crypto";
import { Registry } from "prom-client";

import { runPrimary } from "../../packages/proxy/src/workers/primary.ts";
import { serveAsWorker, workerId } from "../../packages/proxy/src/workers/serve-as-worker.ts";
import type { WorkerProxy } from "../../packages/proxy/src/workers/worker-proxy.ts";

// Hashed for each request, which keeps the event loop busy as large batches do.
const batch = Buffer.alloc(1024 * 1024, "b");

const log = createLog({ level: "error" });
if (workerId() === undefined) await primary(Number(process.argv[2]));
else process.exitCode = await serveAsWorker({ start: echo, log });

async function primary(count: number): Promise<void> {
  const workers = await runPrimary({ count, log });
  process.once("SIGTERM", () => {
    void workers.kill().then(() => process.exit());
  });
  const { listeners } = await workers.status();
  process.send?.({ port: Number(listeners[0]?.address.split(":").at(-1)) });
}

async function echo(): Promise<WorkerProxy> {
  const listener = await bind({ host: "127.0.0.1", port: 0, name: "bench" });
  const serving = serve(listener, { call: work });
  const { address } = serving;
  return {
    registry: new Registry(),
    drain: async () => "drained",
    reload: async () => ({ outcome: "success", hash: "", message: "" }),
    status: () => ({
      checks: [],
      listeners: [
        { name: "bench", address: formatEndpoint(address), state: "serving", connections: serving.open },
      ],
      stacks: [],
    }),
    setLogLevel: () => {},
    [Symbol.asyncDispose]: () => serving[Symbol.asyncDispose](),
  };
}

async function work({ transport }: Connection): Promise<void> {
  for await (const request of transport) {
    createHash("sha256").update(batch).digest();
    transport.write(request);
  }
}
