import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import type { KafkaCluster } from "../../scripts/kafka/cluster.ts";
import { startNode } from "../lib/process.ts";

/** A way to the broker. */
export interface Route extends AsyncDisposable {
  readonly name: string;
  readonly bootstrap: string;
  /** The proxy's process; undefined where there is none. */
  readonly pid: number | undefined;
}

const root = join(import.meta.dirname, "../..");

/**
 * Straight to the broker, through ten lines of Node, and through `pagoda run`: as it is, without
 * counting requests, and in two processes.
 */
export async function routesTo({ bootstrap, brokers: [broker] }: KafkaCluster): Promise<Route[]> {
  if (broker === undefined) throw new TypeError("a cluster without brokers");
  const { port, advertised } = broker.proxied;
  const pipe = await startNode(join(root, "bench/forward/pipe.ts"), [String(port), String(advertised.port)]);
  return [
    { name: "direct", bootstrap, pid: undefined, [Symbol.asyncDispose]: async () => {} },
    { ...pipe, name: "Node pipe", bootstrap: `127.0.0.1:${pipe.port}` },
    await pagoda("Pagoda", ["--bootstrap", bootstrap]),
    await pagoda("Pagoda, not counting", ["-c", await withoutMetrics(bootstrap)]),
    await pagoda("Pagoda, 2 workers", ["--bootstrap", bootstrap, "--workers", "2"]),
  ];
}

/** A configuration file: flags do not say which layers there are. */
async function withoutMetrics(bootstrap: string): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), "pagoda-bench-")), "pagoda.yaml");
  await writeFile(
    file,
    `clusters: { main: { bootstrap: "${bootstrap}" } }\nlisteners: [{ cluster: main, layers: [] }]\n`,
  );
  return file;
}

/** The reference proxy, as its users run it. */
async function pagoda(name: string, args: readonly string[]): Promise<Route> {
  const main = join(root, "packages/proxy/src/cli/main.ts");
  const flags = [...args, "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"];
  const child = spawn(process.execPath, ["--conditions=@pagoda/source", main, "run", ...flags], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const serving = Promise.withResolvers<string>();
  createInterface({ input: child.stdout }).on("line", (text) => {
    const line = JSON.parse(text) as { readonly msg: string; readonly address?: string };
    if (line.msg === "serving") serving.resolve(line.address ?? "");
  });
  return {
    name,
    bootstrap: await serving.promise,
    pid: child.pid,
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
}
