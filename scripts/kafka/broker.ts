import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { jvmArguments } from "./java.ts";
import type { JvmOptions } from "./java.ts";
import { formatAddress } from "./ports.ts";
import type { Address } from "./ports.ts";
import { brokersListed, within } from "./ready.ts";
import type { Watched } from "./watchdog.ts";

/** One broker (and controller) of a cluster. */
export interface KafkaBroker extends Address {
  readonly nodeId: number;
  /** The listener that a proxy forwards to: where it is, and what it tells its clients instead. */
  readonly proxied: Address & { readonly advertised: Address };
  /** Undefined while it is down. */
  readonly pid: number | undefined;
  /** What the broker logs. */
  readonly logFile: string;
  /** Ends it in order: leaders move away, data is flushed. Killed after 30 s. */
  stop(): Promise<void>;
  /** Ends it at once (`kill -9`). */
  kill(): Promise<void>;
  /** Starts it again on its ports and its data; resolves when the cluster counts it as alive. */
  start(): Promise<void>;
}

/** What a broker process is made from. */
export interface BrokerOptions extends Address, Pick<KafkaBroker, "nodeId" | "proxied"> {
  readonly java: string;
  readonly classpath: string;
  readonly jvm: Omit<JvmOptions, "logFile" | "temporaryFolder">;
  /** Of this broker alone. Its `server.properties` are there already. */
  readonly folder: string;
  readonly watched: Watched;
  readonly readyTimeoutMs: number;
  /** It ended, and nobody asked it to. */
  readonly onCrash: (error: Error) => void;
}

/** A broker that is down: `launch` starts its process without waiting for it. */
export interface BrokerProcess extends KafkaBroker {
  /** Aborted, with an error that quotes its log, when the process ends. */
  launch(): AbortSignal;
}

const stopTimeoutMs = 30_000;

export function brokerProcess(options: BrokerOptions): BrokerProcess {
  const { nodeId, folder, watched } = options;
  const logFile = join(folder, "server.log");
  const temporaryFolder = join(folder, "tmp");
  let running: { child: ChildProcess; exited: Promise<void>; expected: boolean } | undefined;

  function launch(): AbortSignal {
    if (running !== undefined) throw new Error(`broker ${nodeId} is running already`);
    mkdirSync(temporaryFolder, { recursive: true });
    const arguments_ = [
      ...jvmArguments({ ...options.jvm, logFile, temporaryFolder }),
      "kafka.Kafka",
      join(folder, "server.properties"),
    ];
    const output = openSync(join(folder, "output.log"), "a");
    const child = spawn(options.java, arguments_, {
      cwd: folder,
      env: { ...process.env, CLASSPATH: options.classpath },
      // Away from Ctrl-C in our terminal: whoever handles that stops brokers in order.
      detached: true,
      stdio: ["ignore", output, output],
    });
    closeSync(output);
    const { pid } = child;
    if (pid !== undefined) watched.add(pid);
    const exit = new AbortController();
    const exited = new Promise<void>((resolve) => {
      const ended = (how: string): void => {
        if (pid !== undefined) watched.remove(pid);
        const expected = running?.expected ?? true;
        running = undefined;
        const error = new Error(`broker ${nodeId} ended (${how})${lastWords(folder, logFile)}`);
        exit.abort(error);
        if (!expected) options.onCrash(error);
        resolve();
      };
      child.once("error", (error) => ended(error.message));
      child.once("exit", (code, signal) => ended(signal ?? `exit code ${code}`));
    });
    running = { child, exited, expected: false };
    return exit.signal;
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (running === undefined) return;
    const { child, exited } = running;
    running.expected = true;
    child.kill(signal);
    const timer = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMs);
    await exited;
    clearTimeout(timer);
  }

  return {
    nodeId,
    host: options.host,
    port: options.port,
    proxied: options.proxied,
    logFile,
    get pid() {
      return running?.child.pid;
    },
    launch,
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
    start: async () => {
      await within(options.readyTimeoutMs, [launch()], (signal) =>
        brokersListed(formatAddress(options), [nodeId], signal),
      );
    },
  };
}

/** What the log says of the end, for an error message: the reader may not get to see the file. */
function lastWords(folder: string, logFile: string): string {
  const maxLines = 5;
  const lines = [logFile, join(folder, "output.log")]
    .filter((file) => existsSync(file))
    .flatMap((file) => readFileSync(file, "utf8").split("\n"))
    .filter((line) => / (ERROR|FATAL) |Exception|^Error/.test(line));
  return lines
    .slice(0, maxLines)
    .map((line) => `\n  ${line}`)
    .join("");
}
