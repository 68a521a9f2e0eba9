import { createHash } from "node:crypto";
import { watch } from "node:fs";
import type { FSWatcher } from "node:fs";
import { readFile, realpath } from "node:fs/promises";
import { dirname } from "node:path";

export interface WatchFilesOptions {
  /**
   * Milliseconds of quiet until a change counts: editors and package managers write in several
   * steps. Ten times that is waited at most, however much goes on.
   */
  readonly debounceMs: number;
  /** Milliseconds between looks without being told: for file systems that tell nothing. @default 10000 */
  readonly pollMs?: number;
}

/**
 * Calls when the contents of one of the files differ. The folders are watched, not the files: it
 * sees edits in place, files that are renamed over another, and the swap of `..data` by which
 * Kubernetes renews a ConfigMap. A file that is away for a while is no change.
 */
export function watchFiles(
  files: readonly string[],
  onChange: () => void,
  { debounceMs, pollMs = 10_000 }: WatchFilesOptions,
): Disposable & { readonly ready: Promise<void> } {
  const folders = new Map<string, FSWatcher>();
  let known: ReadonlyMap<string, string> | undefined;
  let settling: NodeJS.Timeout | undefined;
  let stirredAt = 0;
  let looking: Promise<void> | undefined;
  let again = false;
  let closed = false;

  const ready = look();
  const poll = setInterval(() => void look(), pollMs).unref();

  function stirred(): void {
    const now = performance.now();
    if (settling === undefined) stirredAt = now;
    else if (now - stirredAt > debounceMs * 10) return;
    clearTimeout(settling);
    settling = setTimeout(() => {
      settling = undefined;
      void look();
    }, debounceMs).unref();
  }

  /** One look at a time; what stirs meanwhile leads to another one. */
  function look(): Promise<void> {
    if (looking !== undefined) again = true;
    looking ??= compare().finally(() => {
      looking = undefined;
      if (again && !closed) {
        again = false;
        void look();
      }
    });
    return looking;
  }

  async function compare(): Promise<void> {
    // First: what is changed after this is either told or seen below.
    const wanted = await foldersOf(files);
    if (closed) return;
    watchOnly(wanted);
    const seen = new Map(known);
    let differs = false;
    for (const [file, print] of await fingerprints(files)) {
      if (print === undefined) continue;
      differs ||= known !== undefined && seen.get(file) !== print;
      seen.set(file, print);
    }
    known = seen;
    if (differs && !closed) onChange();
  }

  function watchOnly(wanted: ReadonlySet<string>): void {
    for (const [folder, watcher] of folders) {
      if (wanted.has(folder)) continue;
      watcher.close();
      folders.delete(folder);
    }
    for (const folder of wanted) {
      if (folders.has(folder)) continue;
      try {
        const watcher = watch(folder, { persistent: false }, stirred);
        // Such as: the folder is gone. The next look watches what is there then.
        watcher.on("error", () => {
          watcher.close();
          folders.delete(folder);
        });
        folders.set(folder, watcher);
      } catch {
        // Not there, or out of watches: the next look tries again, and polling sees changes anyway.
      }
    }
  }

  return {
    ready,
    [Symbol.dispose]() {
      closed = true;
      clearInterval(poll);
      clearTimeout(settling);
      for (const watcher of folders.values()) watcher.close();
      folders.clear();
    },
  };
}

/** The folders that the names are in, and those that links lead to. */
async function foldersOf(files: readonly string[]): Promise<ReadonlySet<string>> {
  const real = await Promise.all(files.map((file) => realpath(file).catch(() => file)));
  return new Set([...files, ...real].map((file) => dirname(file)));
}

/** What is in each file; undefined for those that cannot be read now. */
function fingerprints(files: readonly string[]): Promise<readonly (readonly [string, string | undefined])[]> {
  return Promise.all(
    files.map(async (file) => {
      try {
        return [
          file,
          createHash("sha256")
            .update(await readFile(file))
            .digest("hex"),
        ] as const;
      } catch {
        return [file, undefined] as const;
      }
    }),
  );
}
