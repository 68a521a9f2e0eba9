/**
 * A program of several workers that echo lines, each behind the number of the worker that answers.
 * A line may ask for more: `slow MS ...` answers later, `crash`, `exit` and `hang` do so.
 */

import { Drain, stack } from "@pagoda/core";
import { createMetrics, metricsPage, tcpMetrics } from "@pagoda/metrics";
import { createLog } from "@pagoda/proxy";
import { bind, formatEndpoint, serve } from "@pagoda/tcp";
import type { Connection, ListenerServing } from "@pagoda/tcp";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { Registry } from "prom-client";

import { exitCodeOf, lastWords } from "../../packages/proxy/src/cli/exit.ts";
import { endSignals } from "../../packages/proxy/src/cli/signals.ts";
import { runPrimary } from "../../packages/proxy/src/workers/primary.ts";
import type { PrimaryOptions } from "../../packages/proxy/src/workers/primary.ts";
import { serveAsWorker, workerId } from "../../packages/proxy/src/workers/serve-as-worker.ts";
import { untilEnded } from "../../packages/proxy/src/workers/until-ended.ts";
import type { WorkerProxy } from "../../packages/proxy/src/workers/worker-proxy.ts";

/** What the test gives on the command line, as JSON. */
export interface EchoWorkersOptions extends Omit<PrimaryOptions, "log" | "fork" | "execArgv"> {
  readonly ports: readonly number[];
  readonly drainTimeoutMs?: number;
  /** Its text is the configuration: `bad` is none, `crash` ends a worker that begins. */
  readonly configFile: string;
}

const options = JSON.parse(process.argv[2] ?? "{}") as EchoWorkersOptions;
const { ports, configFile, drainTimeoutMs = 10_000 } = options;
const id = workerId();
const log = createLog();
try {
  process.exitCode =
    id === undefined ? await primary() : await serveAsWorker({ start: () => echo(id), log, drainTimeoutMs });
} catch (error) {
  process.stderr.write(`${lastWords(error)}\n`);
  process.exitCode = exitCodeOf(error);
  if (typeof error === "object" && error !== null && "exitCode" in error)
    process.exitCode = Number(error.exitCode);
}

async function primary(): Promise<number> {
  const signals = endSignals();
  const workers = await runPrimary({ ...options, log });
  const answers: Record<string, () => Promise<unknown>> = {
    "/status": () => workers.status(),
    "/reload": () => workers.reload(),
  };
  const answer = async (path: string, accept: string | undefined): Promise<string> => {
    if (path === "/metrics") return (await metricsPage(await workers.metrics(), accept)).body;
    return JSON.stringify(await answers[path]?.());
  };
  const admin = createServer(({ url = "", headers }, response) => {
    void answer(url, headers.accept).then((body) => response.end(body));
  });
  await new Promise<void>((resolve) => {
    admin.listen(0, "127.0.0.1", resolve);
  });
  const { listeners } = await workers.status();
  const port = (admin.address() as AddressInfo).port;
  log.info({ address: listeners[0]?.address, admin: `http://127.0.0.1:${port}`, listeners }, "serving");
  const code = await untilEnded(workers, { signals, drainTimeoutMs, log });
  admin.close();
  admin.closeAllConnections();
  return code;
}

async function echo(worker: number): Promise<WorkerProxy> {
  const config = readConfig();
  if (config === "bad") throw new RangeError("the configuration is bad");
  if (config === "crash") process.exit(3);
  const registry = new Registry();
  const build = { version: "0", commit: "0", kafkaProtocol: "0" };
  const metrics = createMetrics({ registry, build });
  const drain = new Drain();
  const service = stack<Connection, void>()
    .push(tcpMetrics({ metrics }))
    .service({ call: (connection) => echoLines(worker, connection) });
  const servings: ListenerServing[] = [];
  let hash = config;
  for (const [n, port] of ports.entries()) {
    const name = n === 0 ? "main" : `slot-${n}`;
    const listener = await bind({ host: "127.0.0.1", port, name });
    const serving = serve(listener, service, { drain });
    servings.push(serving);
    metrics.process.listenerState(name, "serving");
    drain.onStart(() => metrics.process.listenerState(name, "draining"));
  }
  metrics.process.configApplied(hash, "file");
  return {
    registry,
    drain: async (drainOptions) => ((await drain.start(drainOptions)) === "drained" ? "drained" : "forced"),
    reload: async () => {
      const next = readConfig();
      if (next === "bad") return { outcome: "rejected", hash, message: "the configuration is bad" };
      hash = next;
      metrics.process.configApplied(hash, "file");
      return { outcome: "success", hash, message: "" };
    },
    status: () => ({
      checks: [{ name: "upstream" }],
      listeners: servings.map(({ address, open }, n) => ({
        name: n === 0 ? "main" : `slot-${n}`,
        address: formatEndpoint(address),
        state: drain.draining ? "draining" : "serving",
        connections: open,
      })),
      stacks: [],
    }),
    setLogLevel: () => {},
    [Symbol.asyncDispose]: async () => {
      await Promise.all(servings.map((serving) => serving[Symbol.asyncDispose]()));
    },
  };
}

function readConfig(): string {
  return readFileSync(configFile, "utf8").trim();
}

async function echoLines(worker: number, { transport }: Connection): Promise<void> {
  transport.setEncoding("utf8");
  let rest = "";
  for await (const text of transport) {
    const lines = (rest + String(text)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const [word, ms] = line.split(" ");
      if (word === "crash") process.exit(3);
      if (word === "exit") process.exit(0);
      // Deaf, as a defect in synchronous code would make it.
      if (word === "hang") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      if (word === "slow") await delay(Number(ms));
      transport.write(`${worker} ${line}\n`);
      // It drains between two lines: the answer is written before the connection ends.
      if (word === "slow") transport.end();
    }
  }
}
