import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startProgram } from "../lib/process.ts";
import type { Running } from "../lib/process.ts";

/** A byte proxy of somebody else's, ready to run: one process, one thread, no access log. */
export interface Peer {
  readonly name: string;
  /** As it says itself. */
  readonly version: string;
  start(upstreamPort: number): Promise<Running>;
}

/** nginx with its stream module, or why not. */
export function nginx(): Peer | string {
  const version = versionOf("nginx", ["-v"], /nginx\/(\S+)/);
  if (version === undefined) return "nginx is missing (Debian: nginx-light): skipped";
  const module = ["/usr/lib/nginx/modules/ngx_stream_module.so"].find((file) => existsSync(file));
  if (module === undefined) return "nginx stream is missing (Debian: libnginx-mod-stream): skipped";
  return {
    name: "nginx stream",
    version,
    start: (upstreamPort) =>
      configured("nginx", (folder, port) => ({
        config: `
          load_module ${module};
          daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log crit;
          events { worker_connections 4096; }
          stream { server { listen 127.0.0.1:${port}; proxy_half_close on; proxy_pass 127.0.0.1:${upstreamPort}; } }
        `,
        args: (file) => ["-p", folder, "-e", join(folder, "error.log"), "-c", file],
      })),
  };
}

/** HAProxy in TCP mode, or why not. */
export function haproxy(): Peer | string {
  const version = versionOf("haproxy", ["-v"], /version (\S+)/);
  if (version === undefined) return "HAProxy is missing (Debian: haproxy): skipped";
  return {
    name: "HAProxy",
    version,
    start: (upstreamPort) =>
      configured("haproxy", (_, port) => ({
        config: [
          "global",
          "  nbthread 1",
          "  maxconn 4096",
          "defaults",
          "  mode tcp",
          "  timeout connect 5s",
          "  timeout client 10m",
          "  timeout server 10m",
          "listen bench",
          `  bind 127.0.0.1:${port}`,
          `  server upstream 127.0.0.1:${upstreamPort}`,
          "",
        ].join("\n"),
        args: (file) => ["-db", "-f", file],
      })),
  };
}

interface Configured {
  readonly config: string;
  readonly args: (file: string) => readonly string[];
}

async function configured(
  command: string,
  configure: (folder: string, port: number) => Configured,
): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), "pagoda-bench-"));
  const port = await freePort();
  const { config, args } = configure(folder, port);
  const file = join(folder, "config");
  writeFileSync(file, config);
  const running = await startProgram(command, args(file), port);
  return {
    ...running,
    [Symbol.asyncDispose]: async () => {
      await running[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function versionOf(command: string, args: readonly string[], pattern: RegExp): string | undefined {
  const { stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (error !== undefined) return undefined;
  return pattern.exec(stdout + stderr)?.[1] ?? "unknown";
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
