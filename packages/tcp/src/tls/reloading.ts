import { notNegative } from "@pagoda/core";
import { Subject } from "rxjs";
import type { Observable } from "rxjs";

/**
 * How a reload went.
 *
 * - `unchanged`: the files say what they said.
 * - `reloaded`: the new ones are in use, for connections from now on.
 * - `failed`: they cannot be used; the old ones stay in use.
 */
export type Reload =
  | { readonly outcome: "unchanged" | "reloaded" }
  | { readonly outcome: "failed"; readonly error: unknown };

/** Something built from files that can be read again. */
export interface Reloadable extends Disposable {
  /** Every reload that changed something, and every failure once: a fault that stays is not repeated. */
  readonly reloads: Observable<Reload>;
  /** Reads the files again, now. Never rejects: a failure is an outcome. */
  reload(): Promise<Reload>;
  /** Stops looking at the files. What is in use stays in use. */
  [Symbol.dispose](): void;
}

export interface ReloadOptions {
  /**
   * Milliseconds between two looks at the files; 0 for none, `reload()` is then the only way. The
   * content decides, so a swapped symbolic link (Kubernetes) is seen like a written file.
   * @default 10000
   */
  readonly reloadEveryMs?: number;
}

/**
 * Keeps something built from files up to date.
 *
 * @param read reads the files, and nothing else: its result must survive `JSON.stringify`.
 * @param build makes use of them, or throws; called only when they changed.
 * @throws what `read` or `build` throws the first time.
 */
export async function reloading<Texts>(
  read: () => Promise<Texts>,
  build: (texts: Texts) => void,
  { reloadEveryMs = 10_000 }: ReloadOptions,
): Promise<Reloadable> {
  notNegative("reloadEveryMs", reloadEveryMs);
  const reloads = new Subject<Reload>();
  let used = await tryBuild(read, build);
  let lastFault: string | undefined;
  let last: Promise<Reload> | undefined;

  const attempt = async (): Promise<Reload> => {
    try {
      const found = await tryBuild(read, build, used);
      lastFault = undefined;
      if (found === used) return { outcome: "unchanged" };
      used = found;
      return publish({ outcome: "reloaded" });
    } catch (error) {
      const failed: Reload = { outcome: "failed", error };
      const fault = String(error);
      if (fault === lastFault) return failed;
      lastFault = fault;
      return publish(failed);
    }
  };
  const publish = (reload: Reload): Reload => {
    reloads.next(reload);
    return reload;
  };
  // One after the other: whoever asks gets what the files say after the asking.
  const reload = (): Promise<Reload> => {
    last = last === undefined ? attempt() : last.then(attempt);
    return last;
  };

  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    timer = setTimeout(() => void reload().then(again), reloadEveryMs).unref();
  };
  let disposed = false;
  const again = (): void => {
    if (!disposed) look();
  };
  if (reloadEveryMs > 0) look();

  return {
    reloads,
    reload,
    [Symbol.dispose]: () => {
      disposed = true;
      clearTimeout(timer);
    },
  };
}

/** Reads, and builds when what was read is not `used` already. Answers what was read. */
async function tryBuild<Texts>(
  read: () => Promise<Texts>,
  build: (texts: Texts) => void,
  used?: string,
): Promise<string> {
  const texts = await read();
  const found = JSON.stringify(texts);
  if (found === used) return found;
  try {
    build(texts);
    return found;
  } catch (error) {
    // Half of it may be from before a swap and half from after: then it reads differently by now.
    const reread = await read();
    const foundNow = JSON.stringify(reread);
    if (foundNow === found) throw error;
    build(reread);
    return foundNow;
  }
}
