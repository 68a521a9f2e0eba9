import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import type { PrimaryStatus } from "../../packages/proxy/src/workers/merge-status.ts";
import type { EchoWorkersOptions } from "./echo-workers.fixture.ts";
import type { LogLine } from "./pagoda.ts";

/** The program of `echo-workers.fixture.ts` in a process group of its own. */
export interface EchoWorkers extends AsyncDisposable {
  readonly pid: number;
  readonly ports: readonly number[];
  readonly log: readonly LogLine[];
  readonly stderr: string;
  readonly exited: Promise<number>;
  /** Resolves when all workers serve, or when the program has ended. */
  readonly serving: Promise<void>;
  /** What the next reload, or the next worker, reads. */
  configure(config: string): void;
  status(): Promise<PrimaryStatus>;
  get(path: string): Promise<string>;
  /** To the primary, or with `group` to the workers as well. */
  signal(signal: NodeJS.Signals, options?: { readonly group: boolean }): void;
  /** A sample of the metrics page, 0 when there is none. */
  metric(sample: string): Promise<number>;
}

export async function startEchoWorkers(
  options: Partial<EchoWorkersOptions>,
  config = "one",
): Promise<EchoWorkers> {
  const folder = mkdtempSync(join(tmpdir(), "pagoda-workers-"));
  const configFile = join(folder, "config");
  writeFileSync(configFile, config);
  const all: EchoWorkersOptions = { count: 2, ports: [0], ...options, configFile };
  const program = join(import.meta.dirname, "echo-workers.fixture.ts");
  const child = spawn(process.execPath, ["--conditions=@pagoda/source", program, JSON.stringify(all)], {
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const log: LogLine[] = [];
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const exited = once(child, "close").then(([code]) => Number(code ?? 1));
  const begun = Promise.withResolvers<void>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    const entry = JSON.parse(line) as LogLine;
    log.push(entry);
    if (entry.msg === "serving") begun.resolve();
  });
  void exited.then(() => begun.resolve());
  await begun.promise;
  const serving = log.find(({ msg }) => msg === "serving");
  const listeners = (serving?.["listeners"] ?? []) as PrimaryStatus["listeners"];
  const get = async (path: string): Promise<string> =>
    (await fetch(`${String(serving?.["admin"])}${path}`)).text();
  return {
    pid: child.pid ?? 0,
    ports: listeners.map(({ address }) => Number(address.slice(address.lastIndexOf(":") + 1))),
    log,
    get stderr() {
      return stderr;
    },
    exited,
    serving: begun.promise,
    configure: (next) => writeFileSync(configFile, next),
    status: async () => JSON.parse(await get("/status")) as PrimaryStatus,
    get,
    signal: (signal, { group } = { group: false }) => {
      process.kill(group ? -(child.pid ?? 0) : (child.pid ?? 0), signal);
    },
    metric: async (sample) => {
      const line = (await get("/metrics")).split("\n").find((each) => each.startsWith(`${sample} `));
      return Number(line?.slice(sample.length + 1) ?? 0);
    },
    [Symbol.asyncDispose]: async () => {
      try {
        process.kill(-(child.pid ?? 0), "SIGKILL");
      } catch {
        // It has ended.
      }
      await exited;
      rmSync(folder, { recursive: true });
    },
  };
}

/** Sends a line on a connection of its own, and answers the line that comes back. */
export async function echoOnce(port: number, line: string): Promise<string> {
  const client = echoClient(port);
  try {
    return await client.ask(line);
  } finally {
    client.socket.destroy();
  }
}

export interface EchoClient {
  readonly socket: Socket;
  /** Rejects when the connection ends first. One line at a time. */
  ask(line: string): Promise<string>;
}

export function echoClient(port: number): EchoClient {
  const socket = connect({ port, host: "127.0.0.1" }).setEncoding("utf8");
  socket.on("error", () => socket.destroy());
  return {
    socket,
    ask: (line) =>
      new Promise((resolve, reject) => {
        let text = "";
        const gone = (): void => reject(new Error("the connection ended"));
        const read = (chunk: string): void => {
          text += chunk;
          if (!text.endsWith("\n")) return;
          socket.off("data", read);
          socket.off("close", gone);
          resolve(text.trimEnd());
        };
        if (socket.closed) return gone();
        socket.on("data", read).once("close", gone);
        socket.write(`${line}\n`);
      }),
  };
}
