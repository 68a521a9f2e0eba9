import { launchCluster } from "./cluster.ts";
import type { ClusterOptions, KafkaCluster } from "./cluster.ts";
import { install, train } from "./installation.ts";

export interface StartKafkaOptions extends ClusterOptions {
  /** Told what takes long: a download on first use. @default nothing is said */
  readonly log?: (line: string) => void;
}

// Somebody else may take a port between our choice of it and the broker's start.
const maxAttempts = 3;

/**
 * Starts a real Kafka cluster on free ports of 127.0.0.1, downloading Kafka on first use.
 *
 * It resolves when a client can produce and consume. The cluster's processes and data are gone
 * after `stop()`, and also when this process ends in any other way.
 *
 * @throws {SetupError} when Java or Maven is missing, or a download fails.
 */
export async function startKafka(options: StartKafkaOptions = {}): Promise<KafkaCluster> {
  const log = options.log ?? (() => {});
  let installation = await install(log);
  if (installation.archive === undefined) {
    log("preparing a quick start (once) ...");
    const first = installation;
    installation = await train(first, async (writeArchive) => {
      const cluster = await launchCluster(first, {}, writeArchive);
      await cluster.brokers[0]?.stop();
      await cluster.stop();
    });
  }
  for (let attempt = 1; ; attempt++) {
    try {
      return await launchCluster(installation, options);
    } catch (error) {
      if (attempt === maxAttempts || !(error instanceof Error) || !/BindException/.test(error.message))
        throw error;
    }
  }
}
