import type { LoadedConfig } from "../config/load.ts";
import { watchFiles } from "../config/watch-files.ts";
import type { Logger } from "../log.ts";
import type { Proxy } from "../proxy.ts";
import { Reloader } from "../runtime/reloader.ts";

/** Milliseconds of quiet until a change of the files counts. */
const debounceMs = 500;

export interface ReloadingOptions {
  readonly proxy: Proxy;
  /** What holds: kept up to date. */
  readonly running: { loaded: LoadedConfig };
  readonly load: () => Promise<LoadedConfig>;
  readonly log: Logger;
}

/** Reloads on SIGHUP, and when the files of the configuration change, until it is disposed of. */
export function reloading({
  proxy,
  running,
  load,
  log,
}: ReloadingOptions): Disposable & { readonly reloader: Reloader<LoadedConfig> } {
  let watched: Disposable | undefined;
  const watch = (loaded: LoadedConfig): void => {
    running.loaded = loaded;
    const { config, files, hash } = loaded;
    watched?.[Symbol.dispose]();
    watched = undefined;
    if (!config.reload.watch || files.length === 0) return;
    const watching = watchFiles(files, () => void reloader.reload("file"), { debounceMs });
    watched = watching;
    // What was written after the files were read, and before they were watched.
    void watching.ready.then(async () => {
      const now = await load().catch(() => undefined);
      if (watched === watching && now?.hash !== hash) void reloader.reload("file");
    });
  };
  const reloader: Reloader<LoadedConfig> = new Reloader({
    proxy,
    running: running.loaded,
    load,
    onApplied: watch,
    log,
  });
  const onHangUp = (): void => void reloader.reload("SIGHUP");
  process.on("SIGHUP", onHangUp);
  watch(running.loaded);
  return {
    reloader,
    [Symbol.dispose]: () => {
      process.off("SIGHUP", onHangUp);
      watched?.[Symbol.dispose]();
    },
  };
}
