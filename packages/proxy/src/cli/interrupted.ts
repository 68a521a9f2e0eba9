/** Aborted by Ctrl-C or SIGTERM: what follows ends in order. A second signal ends the process at once. */
export interface Interrupted extends Disposable {
  readonly signal: AbortSignal;
}

export function interrupted(): Interrupted {
  const controller = new AbortController();
  const stop = (): void => {
    unlisten();
    controller.abort();
  };
  const unlisten = (): void => {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return { signal: controller.signal, [Symbol.dispose]: unlisten };
}
