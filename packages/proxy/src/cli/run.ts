import { formatEndpoint } from "@pagoda/tcp";

import { createLog } from "../log.ts";
import type { Logger } from "../log.ts";
import type { ProxyOptions } from "../options.ts";
import { startProxy } from "../proxy.ts";
import type { Proxy } from "../proxy.ts";
import { exitCodes } from "./exit.ts";
import { runHelp } from "./help.ts";
import { readRunFlags } from "./run-flags.ts";
import { endSignals } from "./signals.ts";

/** `pagoda run`: starts the proxy, and ends when a signal asked it to. */
export async function run(args: readonly string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(runHelp);
    return exitCodes.ok;
  }
  const { options, logLevel } = readRunFlags(args);
  const log = createLog({ level: logLevel });
  failFast(log);
  const proxy = await startProxy(options, { log });
  log.info(
    {
      listener: options.name,
      address: formatEndpoint(proxy.address),
      ...(options.cluster
        ? { bootstrap: options.cluster.bootstrap.map(formatEndpoint).join(",") }
        : { upstream: formatEndpoint(options.upstream) }),
      admin: proxy.admin === undefined ? "off" : formatEndpoint(proxy.admin),
      protocol: options.protocol,
    },
    "serving",
  );
  return untilStopped(proxy, options, log);
}

/**
 * Waits for the first signal, drains, and answers the exit code. A second signal, or the drain
 * deadline, resets what is left.
 * @param beforeDrain done first, for what should end before the proxy does.
 */
export async function untilStopped(
  proxy: Proxy,
  { drainTimeoutMs }: Pick<ProxyOptions, "drainTimeoutMs">,
  log: Logger,
  beforeDrain?: () => PromiseLike<void>,
): Promise<number> {
  const signals = endSignals();
  const signal = await signals.first;
  log.info({ signal, connections: proxy.connections, drainTimeoutMs }, "draining");
  void signals.second.then((again) => {
    log.warn({ signal: again, connections: proxy.connections }, "second signal: exiting now");
    process.exit(exitCodes.runtime);
  });
  await beforeDrain?.();
  const state = await proxy.drain({ deadlineMs: drainTimeoutMs });
  await proxy[Symbol.asyncDispose]();
  signals.stop();
  log.info({ state }, "stopped");
  return exitCodes.ok;
}

/** A rejection nobody handled is a defect: better to end and be restarted than to limp on. */
export function failFast(log: Logger): void {
  for (const event of ["uncaughtException", "unhandledRejection"] as const) {
    process.on(event, (error: unknown) => {
      log.fatal({ err: error }, event);
      process.exit(exitCodes.runtime);
    });
  }
}
