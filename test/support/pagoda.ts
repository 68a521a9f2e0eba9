import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const main = join(import.meta.dirname, "../../packages/proxy/src/cli/main.ts");

/** One line of the proxy's log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly msg: string };

/** A `pagoda run` in a process of its own. */
export interface PagodaProcess extends AsyncDisposable {
  readonly pid: number;
  /** `HOST:PORT` where clients connect. */
  readonly address: string;
  readonly port: number;
  /** Base URL of the admin server. */
  readonly admin: string;
  /** Every line logged so far. */
  readonly log: readonly LogLine[];
  /** What it said beside the log so far: how it crashed, if it did. */
  readonly stderr: string;
  signal(signal: NodeJS.Signals): void;
  /** The exit code, once it has ended. */
  readonly exited: Promise<number>;
}

/** How a command ended, and what it printed. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Starts the proxy and answers when it is serving. Ports that are not given are free ones.
 * @param nodeArgs what Node itself is told
 */
export async function startPagoda(
  args: readonly string[],
  nodeArgs: readonly string[] = [],
): Promise<PagodaProcess> {
  const withPorts = [...args];
  if (!args.includes("--listen")) withPorts.push("--listen", "127.0.0.1:0");
  if (!args.includes("--admin")) withPorts.push("--admin", "127.0.0.1:0");
  const child = launch(["run", ...withPorts], nodeArgs);
  const log: LogLine[] = [];
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const exited = once(child, "exit").then(([code]) => Number(code ?? 1));
  const serving = Promise.withResolvers<LogLine>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    const entry = JSON.parse(line) as LogLine;
    log.push(entry);
    if (entry.msg === "serving") serving.resolve(entry);
  });
  void exited.then((code) =>
    serving.reject(new Error(`pagoda ended with ${code} before serving: ${stderr}`)),
  );
  const line = await serving.promise;
  const address = String(line["address"]);
  return {
    pid: child.pid ?? 0,
    address,
    port: Number(address.slice(address.lastIndexOf(":") + 1)),
    admin: `http://${String(line["admin"])}`,
    log,
    get stderr() {
      return stderr;
    },
    signal: (signal) => child.kill(signal),
    exited,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** Runs the command line until it ends by itself. */
export async function pagoda(args: readonly string[]): Promise<Finished> {
  const child = launch(args);
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const [code] = await once(child, "close");
  return { code: Number(code), stdout, stderr };
}

function launch(args: readonly string[], nodeArgs: readonly string[] = []) {
  return spawn(process.execPath, ["--conditions=@pagoda/source", ...nodeArgs, main, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
}
