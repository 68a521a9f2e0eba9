import { messageOf, milliseconds } from "@pagoda/core";
import { formatEndpoint } from "@pagoda/tcp";
import { open, readFile, rename, stat } from "node:fs/promises";
import { merge } from "rxjs";

import type { Cluster } from "./cluster.ts";
import type { Slots } from "./slots.ts";
import { formatState, parseState, StateFileError } from "./state-format.ts";
import type { SavedNode, SavedState } from "./state-format.ts";

/** More than any cluster needs; what is larger is some other file. */
const maxBytes = 16 * 1024 * 1024;

export interface StateFileOptions {
  /** The file. Its folder must be there; it is made if it is not. One proxy writes to it. */
  readonly path: string;
  readonly cluster: Cluster;
  /** None where nodes are told apart by name: then their addresses alone are remembered. */
  readonly slots?: Slots;
  /**
   * Milliseconds from a change to writing it, with those that come meanwhile.
   * @default 1000 (1 s)
   */
  readonly writeDelayMs?: number;
  /** Told when a change could not be written. It is tried again with the next. Must not throw. */
  readonly onError?: (error: StateFileError) => void;
}

/** A state file in use. Disposing it writes what was not written yet. */
export interface StateFile extends AsyncDisposable {
  /**
   * What was there: nothing (`new`), the state of this cluster, which is known now (`restored`), or
   * that of one that shares no bootstrap endpoint with this, which is forgotten (`other_cluster`).
   */
  readonly found: "new" | "restored" | "other_cluster";
}

/**
 * Remembers nodes, their slots and their addresses over a restart: a client that comes back to a
 * broker's port at once is served before any Metadata response has passed, and by the same broker.
 *
 * The file is written anew and put in the place of the old one, so it is never half there.
 *
 * @throws StateFileError when the file is damaged, or cannot be read or written
 */
export async function stateFile(options: StateFileOptions): Promise<StateFile> {
  const { path, cluster, slots, onError } = options;
  const writeDelayMs = milliseconds("writeDelayMs", options.writeDelayMs ?? 1000);
  const saved = await read(path);
  const found = saved === undefined ? "new" : isOf(saved, cluster) ? "restored" : "other_cluster";
  if (saved !== undefined && found === "restored") restore(saved, cluster, slots);
  // Tells at once, not when the first node is learnt, that it cannot be written.
  await write(path, cluster, slots);

  let changed = false;
  let timer: NodeJS.Timeout | undefined;
  let last = Promise.resolve();

  const writeChanges = async (): Promise<void> => {
    if (!changed) return;
    changed = false;
    try {
      await write(path, cluster, slots);
    } catch (error) {
      changed = true;
      onError?.(error as StateFileError);
    }
  };
  // One behind the other: two at once would write to the same file.
  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    last = last.then(writeChanges);
    return last;
  };
  const changes = merge(cluster.changes, ...(slots === undefined ? [] : [slots.changes])).subscribe(() => {
    changed = true;
    timer ??= setTimeout(() => void flush(), writeDelayMs).unref();
  });

  return {
    found,
    [Symbol.asyncDispose]() {
      changes.unsubscribe();
      return flush();
    },
  };
}

async function read(path: string): Promise<SavedState | undefined> {
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > maxBytes)
      throw new StateFileError(path, `it has ${size} bytes, above ${maxBytes}: what is it?`);
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    if (error instanceof StateFileError) throw error;
    throw new StateFileError(path, `it cannot be read: ${messageOf(error)}`, { cause: error });
  }
  return parseState(text, path);
}

function isOf({ bootstrap }: SavedState, cluster: Cluster): boolean {
  return cluster.bootstrap.some((endpoint) => bootstrap.includes(formatEndpoint(endpoint)));
}

function restore({ nodes }: SavedState, cluster: Cluster, slots: Slots | undefined): void {
  for (const { id, slot, endpoint } of nodes) {
    if (endpoint !== undefined) cluster.learn({ nodeId: id, ...endpoint });
    // One beyond the slots that there are now is given up: the node gets another.
    if (slot !== undefined) slots?.restore(id, slot);
  }
}

async function write(path: string, cluster: Cluster, slots: Slots | undefined): Promise<void> {
  const ids = new Set([...cluster.nodes.keys(), ...(slots?.taken.keys() ?? [])]);
  const nodes = [...ids]
    .toSorted((a, b) => a - b)
    .map((id): SavedNode => ({ id, slot: slots?.taken.get(id), endpoint: cluster.nodes.get(id) }));
  const beside = `${path}.tmp`;
  try {
    const file = await open(beside, "w");
    try {
      await file.writeFile(formatState(cluster.bootstrap, nodes));
      // Else a crash may leave the new name with no content.
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    throw new StateFileError(path, `it cannot be written: ${messageOf(error)}`, { cause: error });
  }
}
