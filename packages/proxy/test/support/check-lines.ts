import { startCluster } from "@pagoda/kafka/testing";
import type { ClusterOptions, MemoryCluster } from "@pagoda/kafka/testing";
import { parseEndpoint } from "@pagoda/tcp";
import { once } from "node:events";
import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { afterEach } from "vitest";

import { check } from "../../src/cli/debug/check/check.ts";
import type { CheckOptions } from "../../src/cli/debug/check/check.ts";
import { formatFinding } from "../../src/cli/debug/check/finding.ts";

/** What a test has to close when it is over. */
export const closes: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closes.splice(0)) await close();
});

/** A cluster in memory, of a known id. */
export async function cluster(options: ClusterOptions = {}): Promise<MemoryCluster> {
  const started = await startCluster({ clusterId: "4L6g3nShT-eMCtK--X86sw", ...options });
  closes.push(() => started.close());
  return started;
}

/** Listens on a free port. */
export async function listening(server: Server): Promise<string> {
  const open = new Set<Socket>();
  server.on("connection", (socket) => {
    open.add(socket);
    socket.on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closes.push(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return `127.0.0.1:${portOf(server)}`;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("no port");
  return address.port;
}

/** The lines of a check, with what differs from run to run written alike. */
export async function linesOf(bootstrap: string, options: Partial<CheckOptions> = {}): Promise<string[]> {
  const findings = await check({
    bootstrap: bootstrap.split(",").map(parseEndpoint),
    timeoutMs: 2_000,
    tls: undefined,
    login: undefined,
    ports: await freePorts(),
    ...options,
  });
  return findings.map((finding) => alike(formatFinding(finding)));
}

/** A line with what differs from run to run written alike. */
export function alike(line: string): string {
  return line
    .replaceAll(/\(\d+ ms\)/g, "(1 ms)")
    .replaceAll(/(?<=127\.0\.0\.1|localhost):\d+/g, ":PORT")
    .replaceAll(/\d{4,5} to \d{4,5} and \d{4,5}/g, "PORTS")
    .replaceAll(/\d{4}-\d\d-\d\d/g, "DAY");
}

/** Ports that nobody listens on: far from the ones that systems hand out, checked to be free. */
async function freePorts(): Promise<{ first: number; admin: number }> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const admin = portOf(server);
  server.close();
  await once(server, "close");
  return { first: 21_000 + (process.pid % 1_000) * 4, admin };
}
