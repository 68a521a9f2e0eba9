import type { StackStatus } from "../admin/stack-status.ts";
import { worstStates } from "./aggregate.ts";
import { mergeStacks } from "./merge-stacks.ts";
import type { WorkerState } from "./child.ts";
import type { CheckStatus, ListenerStatus, WorkerStatus } from "./worker-proxy.ts";

/** One worker as the primary sees it. */
export interface WorkerReport {
  readonly id: number;
  readonly pid: number | undefined;
  readonly state: WorkerState;
  /** Undefined: it did not answer. */
  readonly status: WorkerStatus | undefined;
}

/** All workers together. */
export interface PrimaryStatus {
  /** By name; a reason says which workers have it. */
  readonly checks: readonly CheckStatus[];
  /** By name: connections of all workers, and the worst state. */
  readonly listeners: readonly ListenerStatus[];
  readonly stacks: readonly StackStatus[];
  readonly workers: readonly Omit<WorkerReport, "status">[];
}

/**
 * One status of many. The checks begin with `workers`, which fails when none serves: one that is
 * being replaced leaves the others to do the work, and is no reason to send clients elsewhere.
 */
export function mergeStatus(reports: readonly WorkerReport[]): PrimaryStatus {
  return {
    checks: [workersCheck(reports), ...mergeChecks(reports)],
    listeners: mergeListeners(reports),
    stacks: mergeStacks(reports),
    workers: reports.map(({ id, pid, state }) => ({ id, pid, state })),
  };
}

function workersCheck(reports: readonly WorkerReport[]): CheckStatus {
  if (reports.some(({ state, status }) => state === "serving" && status !== undefined))
    return { name: "workers" };
  const states = reports.map(
    ({ id, state, status }) =>
      `worker ${id} ${state === "serving" && status === undefined ? "does not answer" : state}`,
  );
  return { name: "workers", reason: `none serves: ${states.join(", ")}` };
}

function mergeChecks(reports: readonly WorkerReport[]): readonly CheckStatus[] {
  const byName = new Map<string, Map<string, number[]>>();
  for (const { id, status } of reports) {
    for (const { name, reason } of status?.checks ?? []) {
      let reasons = byName.get(name);
      if (reasons === undefined) byName.set(name, (reasons = new Map()));
      if (reason !== undefined) reasons.set(reason, [...(reasons.get(reason) ?? []), id]);
    }
  }
  return Array.from(byName, ([name, reasons]) => {
    if (reasons.size === 0) return { name };
    return { name, reason: Array.from(reasons, ([reason, ids]) => `${said(ids)}: ${reason}`).join("; ") };
  });
}

function mergeListeners(reports: readonly WorkerReport[]): readonly ListenerStatus[] {
  const byName = new Map<string, ListenerStatus>();
  for (const { status } of reports) {
    for (const listener of status?.listeners ?? []) {
      const before = byName.get(listener.name);
      byName.set(listener.name, before === undefined ? listener : both(before, listener));
    }
  }
  return [...byName.values()];
}

function both(a: ListenerStatus, b: ListenerStatus): ListenerStatus {
  const state = worstStates.find((each) => each === a.state || each === b.state) ?? a.state;
  return { ...a, state, connections: a.connections + b.connections };
}

function said(ids: readonly number[]): string {
  return `worker${ids.length > 1 ? "s" : ""} ${ids.join(", ")}`;
}
