/** How the operator asked the process to end. */
export interface Signals {
  /** Resolves with the first SIGTERM or SIGINT. */
  readonly first: Promise<NodeJS.Signals>;
  /** Resolves with the second one: the operator does not want to wait. */
  readonly second: Promise<NodeJS.Signals>;
  /** Stops listening; the signals end the process again. */
  stop(): void;
}

export function endSignals(): Signals {
  const first = Promise.withResolvers<NodeJS.Signals>();
  const second = Promise.withResolvers<NodeJS.Signals>();
  let count = 0;
  const listener = (signal: NodeJS.Signals): void => {
    count += 1;
    (count === 1 ? first : second).resolve(signal);
  };
  process.on("SIGTERM", listener);
  process.on("SIGINT", listener);
  return {
    first: first.promise,
    second: second.promise,
    stop: () => {
      process.off("SIGTERM", listener);
      process.off("SIGINT", listener);
    },
  };
}
