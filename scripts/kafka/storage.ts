import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import { SetupError } from "../tools.ts";
import type { Distribution } from "./distribution.ts";
import { serverProperties } from "./settings.ts";
import { toolClasses } from "./tool-classes.ts";

const checkpoint = "bootstrap.checkpoint";

/** A random id in the form Kafka gives to clusters and folders. */
export function randomUuid(): string {
  const id = randomBytes(16).toString("base64url");
  // Kafka avoids a leading dash too: its tools would take the id for an option.
  return id.startsWith("-") ? randomUuid() : id;
}

/**
 * The file in which Kafka's storage tool puts the features a new cluster starts with.
 *
 * It says nothing of a node or a cluster, so the tool, a JVM of its own, runs once for all.
 */
export async function bootstrapCheckpoint(java: string, distribution: Distribution): Promise<string> {
  const file = join(distribution.folder, checkpoint);
  if (existsSync(file)) return file;
  const work = mkdtempSync(join(distribution.folder, "format-"));
  try {
    const dataFolder = join(work, "data");
    const settings = join(work, "server.properties");
    const at = (port: number) =>
      ({ bind: { host: "127.0.0.1", port }, securityProtocol: "PLAINTEXT" }) as const;
    const node = {
      nodeId: 1,
      dataFolder,
      listeners: [{ name: "DIRECT", ...at(1) }],
      controller: { name: "CONTROLLER", ...at(2) },
    };
    writeFileSync(settings, serverProperties(node, [[1, node.controller.bind]], {}));
    const format = [toolClasses.storage, "format", "--cluster-id", randomUuid(), "--config", settings];
    await promisify(execFile)(java, format, {
      env: { ...process.env, CLASSPATH: distribution.classpath },
    }).catch((error: Error & { stderr?: string }) => {
      throw new SetupError(`Kafka's storage tool failed: ${error.stderr ?? error.message}`);
    });
    renameSync(join(dataFolder, checkpoint), file);
    return file;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Makes an empty data folder as Kafka's storage tool would. */
export function formatStorage(
  dataFolder: string,
  node: { readonly nodeId: number; readonly clusterId: string; readonly checkpoint: string },
): void {
  mkdirSync(dataFolder, { recursive: true });
  copyFileSync(node.checkpoint, join(dataFolder, checkpoint));
  writeFileSync(
    join(dataFolder, "meta.properties"),
    `version=1\ncluster.id=${node.clusterId}\nnode.id=${node.nodeId}\ndirectory.id=${randomUuid()}\n`,
  );
}
