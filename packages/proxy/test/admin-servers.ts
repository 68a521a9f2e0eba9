import { once } from "node:events";
import { request } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";

import type { AdminRoute } from "../src/admin/route.ts";
import { startAdmin } from "../src/admin/server.ts";
import type { AdminOptions, AdminServer } from "../src/admin/server.ts";
import type { AdminConfig } from "../src/config/model.ts";
import { createLog } from "../src/log.ts";
import type { Logger } from "../src/log.ts";

/** An answer of the admin server. */
export interface AdminReply {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Asks as `fetch` may not: with any method, path, `Host` and `Origin`. */
export type AskAdmin = (
  method: string,
  path: string,
  headers?: Readonly<Record<string, string>>,
  body?: string,
) => Promise<AdminReply>;

export interface StartedAdmin {
  readonly ask: AskAdmin;
  /** What a browser has for its host. */
  readonly host: string;
  /** What was logged. */
  readonly lines: readonly string[];
}

/** As the defaults of a configuration, on a free port. */
export const anywhere: AdminConfig = {
  bind: { host: "127.0.0.1", port: 0 },
  token: undefined,
  allowWrites: false,
  allowedHosts: [],
};

/** Admin servers of a test file; close them after each test. */
export function adminServers(): {
  readonly log: Logger;
  readonly start: (
    routes: readonly AdminRoute[],
    config?: Partial<AdminConfig>,
    streams?: AdminOptions["streams"],
  ) => Promise<StartedAdmin>;
  readonly close: () => Promise<void>;
} {
  const started: AdminServer[] = [];
  return {
    log: createLog({ level: "silent" }),
    start: async (routes, config, streams = {}) => {
      const lines: string[] = [];
      const log = createLog({ level: "debug", destination: { write: (line) => void lines.push(line) } });
      const server = await startAdmin({ config: { ...anywhere, ...config }, routes, log, streams });
      started.push(server);
      const { port } = server.address;
      return { ask: (...asked) => ask(port, ...asked), host: `127.0.0.1:${port}`, lines };
    },
    close: async () => {
      await Promise.all(started.splice(0).map((server) => server[Symbol.asyncDispose]()));
    },
  };
}

async function ask(
  port: number,
  ...[method, path, headers = {}, body]: Parameters<AskAdmin>
): Promise<AdminReply> {
  const length = body !== undefined && { "content-length": Buffer.byteLength(body) };
  const all = { ...headers, ...length };
  const sent = request({ host: "127.0.0.1", port, method, path, headers: all, agent: false });
  sent.end(body);
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

/** The lines of one level. */
export function fromLog(
  lines: readonly string[],
  level: string,
): readonly Readonly<Record<string, unknown>>[] {
  return lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((line) => line["level"] === level);
}
