import type { LoadedConfig } from "../config/load.ts";
import { watchFiles } from "../config/watch-files.ts";
import type { ReloadTrigger } from "../runtime/reloader.ts";

/** Milliseconds of quiet until a change of the files counts. */
const debounceMs = 500;

export interface ReloadTriggersOptions {
  /** What holds at the beginning. */
  readonly loaded: LoadedConfig;
  readonly load: () => Promise<LoadedConfig>;
  /** Reloads. Must not reject. */
  readonly reload: (trigger: ReloadTrigger) => Promise<unknown>;
}

/** What asks for reloads until it is disposed of: SIGHUP, and changes of the configuration's files. */
export interface ReloadTriggers extends Disposable {
  /** Watches the files of what holds now. */
  watch(loaded: LoadedConfig): void;
}

export function reloadTriggers({ loaded, load, reload }: ReloadTriggersOptions): ReloadTriggers {
  let watched: Disposable | undefined;
  const watch = ({ config, files, hash }: LoadedConfig): void => {
    watched?.[Symbol.dispose]();
    watched = undefined;
    if (!config.reload.watch || files.length === 0) return;
    const watching = watchFiles(files, () => void reload("file"), { debounceMs });
    watched = watching;
    // What was written after the files were read, and before they were watched.
    void watching.ready.then(async () => {
      const now = await load().catch(() => undefined);
      if (watched === watching && now?.hash !== hash) void reload("file");
    });
  };
  const onHangUp = (): void => void reload("SIGHUP");
  process.on("SIGHUP", onHangUp);
  watch(loaded);
  return {
    watch,
    [Symbol.dispose]: () => {
      process.off("SIGHUP", onHangUp);
      watched?.[Symbol.dispose]();
      watched = undefined;
    },
  };
}
