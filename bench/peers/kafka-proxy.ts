import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";

import { freePort } from "../../scripts/kafka/ports.ts";
import type { Watched } from "../../scripts/kafka/watchdog.ts";
import { findTool } from "../../scripts/tools.ts";
import { startProgram } from "../lib/process.ts";
import { cacheFolder } from "./cache.ts";
import { PeerMissing } from "./way.ts";
import type { Way } from "./way.ts";

const kafkaProxyVersion = "v0.4.3";
const module = "github.com/grepplabs/kafka-proxy";

/**
 * grepplabs/kafka-proxy with the broker mapped to a port of its own, metrics as they are by default.
 * @throws PeerMissing when Go cannot build it.
 */
export async function kafkaProxy(upstream: string, watched: Watched): Promise<Way> {
  const program = build();
  const port = await freePort();
  const http = await freePort();
  const mapping = `--bootstrap-server-mapping=${upstream},127.0.0.1:${port}`;
  const flags = ["server", mapping, `--http-listen-address=127.0.0.1:${http}`, "--log-level=error"];
  const running = await startProgram(program, flags, port);
  watched.add(running.pid);
  return { ...running, name: "grepplabs/kafka-proxy", bootstrap: `127.0.0.1:${port}`, readsKafka: true };
}

/** The program, built once. */
function build(): string {
  const folder = join(cacheFolder(), "peers", `kafka-proxy-${kafkaProxyVersion}`);
  const program = join(folder, "kafka-proxy");
  if (existsSync(program)) return program;
  const go = findTool("go");
  if (go === undefined) throw new PeerMissing("grepplabs/kafka-proxy needs Go to build it: skipped");
  mkdirSync(folder, { recursive: true });
  // Go moves the program into GOBIN when it is complete.
  const { status, stderr } = spawnSync(go, ["install", `${module}@${kafkaProxyVersion}`], {
    env: { ...process.env, GOBIN: folder },
    encoding: "utf8",
  });
  if (status === 0) return program;
  const why = /\d{3} [A-Z].*$/m.exec(stderr)?.[0] ?? stderr.trim().split("\n").at(-1);
  throw new PeerMissing(`grepplabs/kafka-proxy ${kafkaProxyVersion} cannot be built: ${why}: skipped`);
}
