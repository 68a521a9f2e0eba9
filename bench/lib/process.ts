import { fork, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync, readdirSync } from "node:fs";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** A program that runs beside the benchmark, in a process of its own. */
export interface Running extends AsyncDisposable {
  readonly pid: number;
  readonly port: number;
  /** Sends a message to a Node program and waits for its next one. */
  ask(message: object): Promise<unknown>;
}

/** Starts a program of this repository. It sends `{ port }` once it is ready. */
export async function startNode(program: string, args: readonly string[] = []): Promise<Running> {
  const child = fork(program, args, { execArgv: ["--conditions=@pagoda/source"] });
  const ready = await answer(child);
  return {
    pid: pidOf(child),
    port: (ready as { port: number }).port,
    ask: (message) => {
      child.send(message);
      return answer(child);
    },
    [Symbol.asyncDispose]: () => stop(child),
  };
}

/** Starts any other program, and waits until it accepts connections on `port`. */
export async function startProgram(command: string, args: readonly string[], port: number): Promise<Running> {
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "inherit"] });
  const gone = once(child, "exit").then(([code]) => {
    throw new Error(`${command} ended with ${code} before it was ready`);
  });
  await Promise.race([gone, reachable(port)]);
  gone.catch(() => {});
  return {
    pid: pidOf(child),
    port,
    ask: () => Promise.reject(new TypeError(`${command} takes no messages`)),
    [Symbol.asyncDispose]: () => stop(child),
  };
}

/** CPU seconds that a process has used so far, in user and kernel mode, all of its threads. */
export function cpuSeconds(pid: number): number {
  try {
    const tasks = readdirSync(`/proc/${pid}/task`);
    // Nanoseconds on the CPU, which `stat` below rounds to hundredths of a second.
    return tasks.reduce((sum, task) => sum + onCpu(`/proc/${pid}/task/${task}/schedstat`), 0) / 1e9;
  } catch {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name (in brackets) may hold spaces; utime and stime are fields 14 and 15 of proc(5).
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  }
}

function onCpu(schedstat: string): number {
  return Number(readFileSync(schedstat, "latin1").split(" ")[0]);
}

// USER_HZ: 100 on every Linux that Node runs on.
const ticksPerSecond = 100;

/** Resident memory of a process in MiB. */
export function residentMiB(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"));
  return Number(line?.[1] ?? Number.NaN) / 1024;
}

async function answer(child: ChildProcess): Promise<unknown> {
  const gone = new AbortController();
  const ended = (): void => gone.abort(new Error(`a helper process ended: ${child.spawnargs.join(" ")}`));
  child.once("exit", ended);
  try {
    const [message] = (await once(child, "message", { signal: gone.signal })) as unknown[];
    return message;
  } catch (error) {
    throw gone.signal.aborted ? gone.signal.reason : error;
  } finally {
    child.off("exit", ended);
  }
}

async function reachable(port: number): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const socket = connect({ port, host: "127.0.0.1" });
    try {
      await once(socket, "connect");
      return;
    } catch (error) {
      if (attempt === 100) throw error;
      await delay(50);
    } finally {
      socket.destroy();
    }
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error(`could not start ${child.spawnfile}`);
  return child.pid;
}

/** A process and its children: workers, that is. */
export function withChildren(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").trim();
  return [pid, ...(children === "" ? [] : children.split(" ").map(Number))];
}
