import type { StackStatus } from "../admin/stack-status.ts";
import type { WorkerReport } from "./merge-status.ts";

interface Shared {
  readonly stack: StackStatus;
  readonly ids: number[];
}

/**
 * The stacks of all workers: each listener's once where all have the same, else once for each that
 * differs. What the last connection's requests go through is that of a worker that has had one.
 */
export function mergeStacks(reports: readonly WorkerReport[]): readonly StackStatus[] {
  const byKey = new Map<string, Shared>();
  const kinds = new Map<string, number>();
  for (const { id, status } of reports) {
    for (const stack of status?.stacks ?? []) {
      const key = JSON.stringify(stack, (field, value: unknown) => (field === "builds" ? undefined : value));
      const before = byKey.get(key);
      if (before === undefined) {
        byKey.set(key, { stack, ids: [id] });
        kinds.set(stack.listener, (kinds.get(stack.listener) ?? 0) + 1);
      } else {
        byKey.set(key, { stack: fuller(before.stack, stack), ids: [...before.ids, id] });
      }
    }
  }
  return Array.from(byKey.values(), ({ stack, ids }) =>
    kinds.get(stack.listener) === 1 ? stack : { ...stack, workers: ids },
  );
}

function fuller(a: StackStatus, b: StackStatus): StackStatus {
  return JSON.stringify(b).length > JSON.stringify(a).length ? b : a;
}
