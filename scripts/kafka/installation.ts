import { createHash } from "node:crypto";
import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";

import type { Distribution } from "./distribution.ts";
import { resolveDistribution } from "./distribution.ts";
import { findJava } from "./java.ts";
import type { Java } from "./java.ts";
import { bootstrapCheckpoint } from "./storage.ts";

/** Everything that is made once, on first use, and that every cluster starts from. */
export interface Installation {
  readonly java: Java;
  readonly distribution: Distribution;
  /** What a new node's data folder begins with. */
  readonly checkpoint: string;
  /** Classes as the JVM holds them in memory, which halves the start. Absent until `train` was run. */
  readonly archive: string | undefined;
}

/**
 * Finds Java and downloads Kafka, when that was not done before.
 *
 * @throws {SetupError} when Java or Maven is missing, or a download fails.
 */
export async function install(log: (line: string) => void): Promise<Installation> {
  const java = await findJava();
  const distribution = await resolveDistribution(log);
  const checkpoint = await bootstrapCheckpoint(java.command, distribution);
  const archive = archiveFile(java, distribution);
  return { java, distribution, checkpoint, archive: existsSync(archive) ? archive : undefined };
}

/**
 * Records the class archive: `run` is to run a broker to its orderly end, and have it write the
 * archive where it is told.
 */
export async function train(
  installation: Installation,
  run: (writeArchive: string) => Promise<void>,
): Promise<Installation> {
  const archive = archiveFile(installation.java, installation.distribution);
  const unfinished = `${archive}.${process.pid}`;
  await run(unfinished);
  // Some JVMs cannot write one. They start more slowly, and that is all.
  if (!existsSync(unfinished)) return installation;
  renameSync(unfinished, archive);
  return { ...installation, archive };
}

/** An archive fits one JVM and one class path: both are in its name. */
function archiveFile({ command, version }: Java, { folder, classpath }: Distribution): string {
  const key = createHash("sha256").update(`${command}\n${version}\n${classpath}`).digest("hex").slice(0, 8);
  return join(folder, `classes-${key}.jsa`);
}
