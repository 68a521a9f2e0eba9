import { spawn } from "node:child_process";
import type { ChildProcess, ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";

import { toolPath } from "../../scripts/tools.ts";
import type { Route } from "./route.ts";

/** A client of its own process, for a scenario to talk to. */
export type Program = ChildProcessByStdio<Writable, Readable, Readable>;

/** Starts a kcat that lives on, though never longer than the scenario. */
export function startKcat({ bootstrap, signal }: Route, args: readonly string[]): Program {
  const child = spawn(toolPath("kcat"), ["-b", bootstrap, ...args], { stdio: "pipe" });
  signal.addEventListener("abort", () => child.kill("SIGKILL"));
  return child;
}

/** Tells a program to end in order, and waits for it. */
export async function endProgram(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, "close");
  child.kill("SIGTERM");
  await closed;
}
