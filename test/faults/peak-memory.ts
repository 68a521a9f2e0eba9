import { readFileSync } from "node:fs";

/**
 * The most memory that a process ever had (peak RSS), in MiB, as Linux counts it. 0 on systems that
 * do not say: a bound on it is checked where it can be.
 */
export function peakMemoryMiB(pid: number): number {
  if (process.platform !== "linux") return 0;
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kibibytes) / 1_024;
}
