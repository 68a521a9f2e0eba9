import { messageOf } from "@pagoda/core";
import type { ReloadOutcome } from "@pagoda/metrics";

import type { Logger } from "../log.ts";
import type { Applied, NamedConfig, Proxy } from "../proxy.ts";

/** What asked for a reload. */
export type ReloadTrigger = "SIGHUP" | "file" | "api";

/** How a reload ended. `partial`: some of it holds only from the next start on, or workers differ. */
export interface ReloadResult {
  readonly outcome: ReloadOutcome;
  /** Of the configuration that holds now. */
  readonly hash: string;
  /** What changed, or why it was rejected. */
  readonly message: string;
}

export interface ReloaderOptions<Loaded extends NamedConfig> {
  readonly proxy: Proxy;
  readonly running: NamedConfig;
  /** Reads the configuration anew. @throws ConfigError */
  readonly load: () => Promise<Loaded>;
  /** Told of a configuration that holds from now on. */
  readonly onApplied: (config: Loaded) => void;
  readonly log: Logger;
}

/**
 * Reads the configuration again when asked to, and has the proxy follow it. On any error all stays
 * as it was. One reload at a time; who asks meanwhile gets the one after it.
 */
export class Reloader<Loaded extends NamedConfig = NamedConfig> {
  readonly #options: ReloaderOptions<Loaded>;
  #running: NamedConfig;
  #now: Promise<ReloadResult> | undefined;
  #next: Promise<ReloadResult> | undefined;

  constructor(options: ReloaderOptions<Loaded>) {
    this.#options = options;
    this.#running = options.running;
  }

  /** Never rejects. */
  reload(trigger: ReloadTrigger): Promise<ReloadResult> {
    if (this.#now === undefined) {
      this.#now = this.#reload(trigger).finally(() => {
        this.#now = undefined;
      });
      return this.#now;
    }
    this.#next ??= this.#now.then(() => {
      this.#next = undefined;
      return this.reload(trigger);
    });
    return this.#next;
  }

  async #reload(trigger: ReloadTrigger): Promise<ReloadResult> {
    const { proxy, load, onApplied, log } = this.#options;
    try {
      const loaded = await load();
      const applied = loaded.hash === this.#running.hash ? undefined : await proxy.apply(loaded);
      this.#running = loaded;
      onApplied(loaded);
      const certificates = await proxy.reloadCertificates();
      const failed = certificates.find((one) => one.outcome === "failed");
      if (failed?.outcome === "failed") throw failed.error;
      const renewed = certificates.filter(({ outcome }) => outcome === "reloaded").length;
      const needRestart = applied?.needRestart ?? [];
      const outcome = needRestart.length === 0 ? "success" : "partial";
      return this.#ended({ outcome, hash: loaded.hash, message: inWords(applied, renewed) }, trigger);
    } catch (error) {
      log.error({ trigger, err: error }, "the configuration was rejected; the one before stays");
      proxy.metrics.process.configReloaded("rejected");
      return { outcome: "rejected", hash: this.#running.hash, message: messageOf(error) };
    }
  }

  #ended(result: ReloadResult, trigger: ReloadTrigger): ReloadResult {
    const { proxy, log } = this.#options;
    const { outcome, hash, message } = result;
    proxy.metrics.process.configReloaded(outcome === "success" ? "success" : "partial");
    log.info({ trigger, outcome, hash, changes: message }, "configuration reloaded");
    return result;
  }
}

function inWords(applied: Applied | undefined, certificates: number): string {
  const { added = [], changed = [], removed = [], needRestart = [] } = applied ?? {};
  const parts = Object.entries({ added, changed, removed, "only after a restart": needRestart });
  const said = parts
    .filter(([, names]) => names.length > 0)
    .map(([what, names]) => `${what}: ${names.join(", ")}`);
  if (certificates > 0) said.push(`certificates renewed: ${certificates}`);
  return said.length === 0 ? "nothing has changed" : said.join("; ");
}
