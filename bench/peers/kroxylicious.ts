import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { findJava } from "../../scripts/kafka/java.ts";
import { freePort } from "../../scripts/kafka/ports.ts";
import type { Watched } from "../../scripts/kafka/watchdog.ts";
import { findTool } from "../../scripts/tools.ts";
import { startProgram } from "../lib/process.ts";
import { cacheFolder } from "./cache.ts";
import { PeerMissing } from "./way.ts";
import type { Way } from "./way.ts";

/** The newest whose runtime is on Maven Central; its application is on it in no version. */
const kroxyliciousVersion = "0.12.0";

/**
 * Kroxylicious with one virtual cluster and no filters, a port for each broker.
 * @throws PeerMissing when Maven does not have it.
 */
export async function kroxylicious(upstream: string, watched: Watched): Promise<Way> {
  const lib = await download();
  const { command } = await findJava();
  const port = await freePort();
  const config = join(watched.folder, "kroxylicious.yaml");
  writeFileSync(
    config,
    `virtualClusters:
  - name: bench
    targetCluster: { bootstrapServers: "${upstream}" }
    gateways:
      - name: clients
        portIdentifiesNode:
          bootstrapAddress: 127.0.0.1:${port}
          nodeIdRanges: [{ name: brokers, start: 1, end: 1 }]
`,
  );
  const main = ["-cp", join(lib, "*"), join(import.meta.dirname, "StartKroxylicious.java"), config];
  const running = await startProgram(command, ["-Xmx512m", ...main], port);
  watched.add(running.pid);
  return { ...running, name: "Kroxylicious", bootstrap: `127.0.0.1:${port}`, readsKafka: true };
}

const copyDependencies = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";

/** The folder of its jars, downloaded once. */
async function download(): Promise<string> {
  const folder = join(cacheFolder(), "peers", `kroxylicious-${kroxyliciousVersion}`);
  if (existsSync(folder)) return folder;
  const maven = findTool("mvn");
  if (maven === undefined) throw new PeerMissing("Kroxylicious needs Maven to download it: skipped");
  // Two processes may do this at once: the first that is done wins.
  const work = `${folder}.${process.pid}`;
  mkdirSync(work, { recursive: true });
  try {
    writeFileSync(join(work, "pom.xml"), projectFile);
    const flags = ["--batch-mode", "--no-transfer-progress", "--quiet", "--strict-checksums"];
    const goal = [copyDependencies, "-DincludeScope=runtime", `-DoutputDirectory=${join(work, "lib")}`];
    const child = spawn(maven, [...flags, ...goal], { cwd: work, stdio: ["ignore", "pipe", "inherit"] });
    const [output, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);
    if (code !== 0) {
      const why = /Could not find artifact \S+|\S+ was not found/.exec(output)?.[0] ?? "it failed";
      throw new PeerMissing(`Kroxylicious ${kroxyliciousVersion} cannot be had from Maven: ${why}: skipped`);
    }
    if (!existsSync(folder)) renameSync(join(work, "lib"), folder);
    return folder;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const projectFile = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>pagoda</groupId>
  <artifactId>peers</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>io.kroxylicious</groupId><artifactId>kroxylicious-runtime</artifactId><version>${kroxyliciousVersion}</version></dependency>
  </dependencies>
</project>
`;
