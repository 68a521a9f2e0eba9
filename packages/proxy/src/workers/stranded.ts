import type { ChildProcess } from "node:child_process";

/** A connection's handle, as node:cluster passes it on. Closing it again does nothing. */
interface Handle {
  close(): void;
}

/** Who was handed a connection last: one that a worker did not take goes to the next. */
const heldBy = new WeakMap<object, ChildProcess>();

/**
 * Closes connections that were on their way to a worker when it died.
 *
 * node:cluster waits for the worker's word before it closes its own copy of a connection. When the
 * worker dies first the word never comes, the copy stays open, and the client waits for an answer
 * until it gives up: one client for each listener at most. Closed, it learns at once and tries again.
 *
 * There is no public way to these handles, but they pass through the `send` of the process. Should
 * Node pass them in another way some day, such clients wait again; nothing else changes.
 */
export function closeStranded(worker: ChildProcess): void {
  const send = worker.send.bind(worker) as (...args: unknown[]) => boolean;
  // By listener: the next one is handed over when the one before was taken.
  const handed = new Map<unknown, Handle>();
  const watched = (...args: unknown[]): boolean => {
    const [message, handle] = args;
    if (isNewConnection(message) && isHandle(handle)) {
      handed.set(message.key, handle);
      heldBy.set(handle, worker);
    }
    return send(...args);
  };
  worker.send = watched;
  worker.once("exit", () => {
    for (const handle of handed.values()) if (heldBy.get(handle) === worker) handle.close();
    handed.clear();
  });
}

function isNewConnection(message: unknown): message is { readonly key: unknown } {
  return typeof message === "object" && message !== null && "act" in message && message.act === "newconn";
}

function isHandle(handle: unknown): handle is Handle {
  return typeof handle === "object" && handle !== null && "close" in handle;
}
