import { formatEndpoint } from "@pagoda/tcp";

import { loadConfig } from "../config/load.ts";
import type { ConfigInput, LoadedConfig } from "../config/load.ts";
import { defaultFiles, findFile } from "../config/source/find-file.ts";
import type { ListenerTarget, ProxyConfig } from "../config/model.ts";
import { createLog } from "../log.ts";
import type { Logger } from "../log.ts";
import { startProxy } from "../proxy.ts";
import type { Proxy, ProxyControl } from "../proxy.ts";
import { Reloader } from "../runtime/reloader.ts";
import { workerId } from "../workers/serve-as-worker.ts";
import { buildOnly } from "../runtime/build-only.ts";
import { exitCodes, UsageError } from "./exit.ts";
import { reloadTriggers } from "./reload-triggers.ts";
import { readRunFlags } from "./run-flags.ts";
import type { RunArguments } from "./run-flags.ts";
import { runAsPrimary, runAsWorker } from "./run-workers.ts";
import type { RunWorkersOptions } from "./run-workers.ts";
import { endSignals } from "./signals.ts";

/** `pagoda run`: starts the proxy, and ends when a signal asked it to. */
export async function run(args: readonly string[]): Promise<number> {
  const given = readRunFlags(args);
  const load = (): Promise<LoadedConfig> => loadConfig(inputOf(given));
  const loaded = await load();
  if (given.dryRun) {
    await buildOnly(loaded.config, { connect: false });
    process.stdout.write(`${loaded.source}: ok\n`);
    return exitCodes.ok;
  }
  const log = createLog({ level: loaded.config.logLevel });
  failFast(log);
  if (workerId() !== undefined) return runAsWorker({ loaded, load, log });
  if (loaded.config.workers > 1) return runAsPrimary({ loaded, load, log });
  return runAlone({ loaded, load, log });
}

async function runAlone({ loaded, load, log }: RunWorkersOptions): Promise<number> {
  let running = loaded;
  const control: ProxyControl = {
    config: () => running.print({ origins: true }),
    reload: () => reloader.reload("api"),
    startDrain: () => void process.kill(process.pid, "SIGTERM"),
  };
  const proxy = await startProxy(loaded, { log, control });
  const onApplied = (applied: LoadedConfig): void => {
    running = applied;
    triggers.watch(applied);
  };
  const reloader: Reloader<LoadedConfig> = new Reloader({ proxy, running, load, onApplied, log });
  // Before anybody is told that it serves: SIGHUP would end it.
  using triggers = reloadTriggers({ loaded, load, reload: (trigger) => reloader.reload(trigger) });
  logServing(proxy, loaded, log);
  return await untilStopped(proxy, loaded.config, log);
}

/** A file is looked for where the flags alone do not say before what to stand. */
function inputOf({ tree, file, hasTarget }: RunArguments): ConfigInput {
  const cwd = process.cwd();
  const found = file ?? (hasTarget ? null : (findFile(undefined, cwd)?.name ?? inEnvironment()));
  if (found === undefined) {
    throw new UsageError(
      `--bootstrap HOST:PORT,... or --upstream HOST:PORT is missing, and there is no ${defaultFiles[0]} here ` +
        "(see: pagoda run --help)",
    );
  }
  return { file: found, flags: tree, env: process.env, cwd };
}

/** Null where variables alone may say before what to stand. */
function inEnvironment(): null | undefined {
  const names = Object.keys(process.env);
  return names.some((name) => /^PAGODA_(CLUSTERS|LISTENERS)__/.test(name)) ? null : undefined;
}

function logServing(proxy: Proxy, { config, source }: LoadedConfig, log: Logger): void {
  const listeners = proxy.listeners.map(({ name, address }) => {
    const { target, protocol } = config.listeners.find((one) => one.name === name) ?? {};
    return { listener: name, address: formatEndpoint(address), protocol, before: named(target, config) };
  });
  const admin = proxy.admin === undefined ? "off" : formatEndpoint(proxy.admin);
  log.info({ source, address: formatEndpoint(proxy.address), admin, listeners }, "serving");
}

function named(target: ListenerTarget | undefined, { clusters }: ProxyConfig): string | undefined {
  if (target?.cluster === undefined) return target && formatEndpoint(target.service.endpoint);
  return clusters.get(target.cluster)?.bootstrap.map(formatEndpoint).join(",");
}

/**
 * Waits for the first signal, drains, and answers the exit code. A second signal, or the drain
 * deadline, resets what is left.
 * @param beforeDrain done first, for what should end before the proxy does.
 */
export async function untilStopped(
  proxy: Proxy,
  { drainTimeoutMs }: { readonly drainTimeoutMs: number },
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
