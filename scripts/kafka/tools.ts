import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { text } from "node:stream/consumers";

import type { Installation } from "./installation.ts";
import { jvmArguments } from "./java.ts";
import { toolClasses } from "./tool-classes.ts";
import type { ToolName } from "./tool-classes.ts";
import { watchedFolder } from "./watchdog.ts";
import type { Watched } from "./watchdog.ts";

/** A tool's process, with its three streams as pipes. */
export type ToolProcess = ChildProcessByStdio<Writable, Readable, Readable>;

export interface RunToolOptions {
  /** Given to the tool as its standard input, which then ends. @default nothing */
  readonly input?: string | Uint8Array;
  /** The tool is killed after this. @default 60000 (1 min) */
  readonly timeoutMs?: number;
}

/** Kafka's own command line tools, each a JVM of its own. */
export interface KafkaTools {
  /**
   * Runs a tool to its end; resolves with what it printed.
   *
   * @throws {Error} with what it said, when it fails or takes too long.
   */
  run(tool: ToolName, args: readonly string[], options?: RunToolOptions): Promise<string>;
  /** Starts a tool for the caller to talk to, and to end. Whatever happens it ends with the cluster. */
  spawn(tool: ToolName, args: readonly string[]): ToolProcess;
  /** How a person starts a tool in a terminal, up to where its arguments begin. */
  commandLine(tool: ToolName): string;
}

/** Tools of this process alone, for a cluster that another one runs. */
export function openKafkaTools(installation: Installation): KafkaTools {
  return kafkaTools(installation, watchedFolder("pagoda-kafka-tools-"));
}

/** Tools that end when `watched` is closed. */
export function kafkaTools({ java, distribution, archive }: Installation, watched: Watched): KafkaTools {
  const temporaryFolder = join(watched.folder, "tools");
  mkdirSync(temporaryFolder, { recursive: true });

  function spawnTool(tool: ToolName, args: readonly string[]): ToolProcess {
    const logFile = join(temporaryFolder, `${tool}.log`);
    const child = spawn(
      java.command,
      [...jvmArguments({ heapMiB: 256, archive, logFile, temporaryFolder }), toolClasses[tool], ...args],
      { env: { ...process.env, CLASSPATH: distribution.classpath }, stdio: "pipe" },
    );
    const { pid } = child;
    if (pid !== undefined) {
      watched.add(pid);
      child.once("exit", () => watched.remove(pid));
    }
    return child;
  }

  return {
    spawn: spawnTool,
    commandLine: (tool) => `java -cp '${distribution.lib}/*' ${toolClasses[tool]}`,
    run: async (tool, args, options = {}) => {
      const child = spawnTool(tool, args);
      const timer = setTimeout(() => child.kill("SIGKILL"), options.timeoutMs ?? 60_000);
      try {
        // A tool may end without having read its input.
        child.stdin.on("error", () => {}).end(options.input);
        const exited = new Promise<string>((resolve, reject) => {
          child.once("error", reject);
          child.once("close", (code, signal) => resolve(signal ?? String(code)));
        });
        const [stdout, stderr, how] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
        if (how !== "0") throw new Error(`${tool} ${args.join(" ")} ended with ${how}\n${stderr}${stdout}`);
        return stdout;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
