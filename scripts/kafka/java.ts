import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { join } from "node:path";

import { SetupError, findTool, howToInstall } from "../tools.ts";

/** A Java runtime that can run Kafka. */
export interface Java {
  readonly command: string;
  /** As in `17.0.15`. */
  readonly version: string;
}

const oldestMajor = 17;

/**
 * The Java of `JAVA_HOME`, or else the one on the PATH.
 *
 * @throws {SetupError} when there is none, or it is too old for Kafka.
 */
export async function findJava(): Promise<Java> {
  const home = process.env["JAVA_HOME"];
  const command = home === undefined || home === "" ? findTool("java") : join(home, "bin", "java");
  if (command === undefined)
    throw new SetupError(`Kafka needs Java ${oldestMajor}: ${howToInstall(["java"])}`);
  const { stderr } = await promisify(execFile)(command, ["-version"]).catch((error: Error) => {
    throw new SetupError(`cannot run ${command}: ${error.message}`);
  });
  const version = /version "([^"]+)"/.exec(stderr)?.[1] ?? "unknown";
  if (!(Number.parseInt(version, 10) >= oldestMajor)) {
    throw new SetupError(`Kafka needs Java ${oldestMajor} or newer, ${command} is ${version}`);
  }
  return { command, version };
}

/** How a JVM of ours is to run. */
export interface JvmOptions {
  /** Where log4j writes. */
  readonly logFile: string;
  /** Where native libraries are unpacked to, so that a killed JVM leaves nothing outside it. */
  readonly temporaryFolder: string;
  /** Largest heap, in MiB. */
  readonly heapMiB: number;
  /** An archive of loaded classes to start from. One that does not fit is ignored. */
  readonly archive?: string | undefined;
  /** Where to write such an archive when the JVM ends in order. */
  readonly writeArchive?: string | undefined;
}

const log4jConfiguration = join(import.meta.dirname, "log4j2.properties");

/** The JVM's own arguments, which go before the class name. */
export function jvmArguments(options: JvmOptions): string[] {
  return [
    `-Xmx${options.heapMiB}m`,
    // One collector thread: brokers share the machine with what is under test.
    "-XX:+UseSerialGC",
    // The first compiler only: the start is what costs, and no throughput was lost when measured.
    "-XX:TieredStopAtLevel=1",
    // A killed JVM would leave its counters in the system's temporary folder.
    "-XX:-UsePerfData",
    "-XX:+ExitOnOutOfMemoryError",
    "-Xshare:auto",
    // An archive that does not fit is worth a warning, but not on a tool's standard output.
    "-Xlog:disable",
    "-Xlog:all=warning:stderr",
    ...(options.archive === undefined ? [] : [`-XX:SharedArchiveFile=${options.archive}`]),
    ...(options.writeArchive === undefined ? [] : [`-XX:ArchiveClassesAtExit=${options.writeArchive}`]),
    `-XX:ErrorFile=${join(options.temporaryFolder, "hs_err_%p.log")}`,
    `-Djava.io.tmpdir=${options.temporaryFolder}`,
    `-Dlog4j2.configurationFile=${log4jConfiguration}`,
    `-Dpagoda.log=${options.logFile}`,
    "-Djava.awt.headless=true",
  ];
}
