import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";

import { SetupError, findTool, howToInstall } from "../tools.ts";
import { kafkaVersion, log4jVersion, scalaVersion } from "./version.ts";

/** Kafka's broker and tools as this machine has them. */
export interface Distribution {
  /** Where the downloads of this version are, and what else is made once for it. */
  readonly folder: string;
  /** The folder of the jars. */
  readonly lib: string;
  /** For the JVM's `CLASSPATH`: every jar by name, since class archives ask for an exact match. */
  readonly classpath: string;
}

// By full version: what a bare `dependency:` means differs between Maven releases.
const copyDependencies = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";

/** Where downloads are kept: `.cache` of this repository, or `PAGODA_CACHE`. */
function cacheFolder(): string {
  return resolve(process.env["PAGODA_CACHE"] ?? join(import.meta.dirname, "..", "..", ".cache"));
}

/** Is Kafka here already, so that nothing needs to be downloaded? */
export function isDownloaded(): boolean {
  const pom = join(distributionFolder(), "pom.xml");
  return existsSync(pom) && readFileSync(pom, "utf8") === projectFile();
}

/**
 * Kafka's jars, downloaded from Maven Central on first use.
 *
 * @throws {SetupError} when Maven is missing or fails.
 */
export async function resolveDistribution(log: (line: string) => void): Promise<Distribution> {
  const folder = distributionFolder();
  const lib = join(folder, "lib");
  if (!isDownloaded()) {
    log(`downloading Apache Kafka ${kafkaVersion} (once) ...`);
    await download(folder, lib);
  }
  const jars = readdirSync(lib).filter((name) => name.endsWith(".jar"));
  return {
    folder,
    lib,
    classpath: jars
      .toSorted()
      .map((jar) => join(lib, jar))
      .join(":"),
  };
}

function distributionFolder(): string {
  return join(cacheFolder(), "kafka", kafkaVersion);
}

async function download(folder: string, lib: string): Promise<void> {
  const maven = findTool("mvn");
  if (maven === undefined) throw new SetupError(`downloading Kafka needs Maven: ${howToInstall(["mvn"])}`);
  // Two processes may do this at once: each works in a folder of its own, the first one wins.
  const work = join(folder, `download-${process.pid}`);
  mkdirSync(work, { recursive: true });
  writeFileSync(join(work, "pom.xml"), projectFile());
  const flags = ["--batch-mode", "--no-transfer-progress", "--quiet", "--strict-checksums"];
  const child = spawn(
    maven,
    [...flags, copyDependencies, "-DincludeScope=runtime", `-DoutputDirectory=${join(work, "lib")}`],
    { cwd: work, stdio: ["ignore", "pipe", "inherit"] },
  );
  const removeAll = (): void => {
    child.kill();
    rmSync(work, { recursive: true, force: true });
  };
  process.once("exit", removeAll);
  try {
    const [output, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);
    if (code !== 0) {
      const why = output.split("\n").find((line) => line.includes("ERROR"));
      throw new SetupError(`Maven could not download Kafka ${kafkaVersion}: ${why ?? "see above"}`);
    }
    if (isDownloaded()) return;
    rmSync(lib, { recursive: true, force: true });
    renameSync(join(work, "lib"), lib);
    // Last: its presence says that the jars beside it are complete.
    renameSync(join(work, "pom.xml"), join(folder, "pom.xml"));
  } finally {
    process.off("exit", removeAll);
    removeAll();
  }
}

function projectFile(): string {
  const dependency = (group: string, artifact: string, version: string, exclusions = ""): string =>
    `    <dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId>` +
    `<version>${version}</version>${exclusions}</dependency>`;
  const exclusion = (group: string, artifact: string): string =>
    `<exclusion><groupId>${group}</groupId><artifactId>${artifact}</artifactId></exclusion>`;
  // Kafka Connect and its web server come with one tool, which nothing here runs.
  const withoutConnect = `<exclusions>${exclusion("org.apache.kafka", "connect-runtime")}${exclusion(
    "com.fasterxml.jackson.jakarta.rs",
    "jackson-jakarta-rs-json-provider",
  )}</exclusions>`;
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>pagoda</groupId>
  <artifactId>kafka</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
${dependency("org.apache.kafka", `kafka_${scalaVersion}`, kafkaVersion)}
${dependency("org.apache.kafka", "kafka-tools", kafkaVersion, withoutConnect)}
${dependency("org.apache.logging.log4j", "log4j-slf4j-impl", log4jVersion)}
  </dependencies>
</project>
`;
}
