import { ListenError } from "@pagoda/tcp";
import type { Endpoint } from "@pagoda/tcp";
import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";

import type { AdminConfig } from "../config/model.ts";
import { logSampler } from "../log-sampler.ts";
import type { Logger } from "../log.ts";
import { Access } from "./access.ts";
import { answerTo } from "./answer.ts";
import type { Answered } from "./answer.ts";
import type { AdminRoute } from "./route.ts";
import { routeTable } from "./route-table.ts";

export interface AdminOptions {
  readonly config: AdminConfig;
  readonly routes: readonly AdminRoute[];
  /** Requests at `debug`; refused ones at `warn`, one a second for each rule; defects at `error`. */
  readonly log: Logger;
}

export interface AdminServer extends AsyncDisposable {
  readonly address: Endpoint;
}

/** Nothing of an answer is kept, framed, run or guessed at by a browser. */
const securityHeaders = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/**
 * The admin server: plain HTTP, for people and scrapers on the same machine or network. See `Access`
 * for who may ask for what.
 * @throws AdminTokenError when it is open to other machines, without a token; ListenError when the
 * port cannot be bound; RangeError when two routes are the same.
 */
export async function startAdmin({ config, routes, log }: AdminOptions): Promise<AdminServer> {
  const { bind } = config;
  const access = new Access(config);
  const table = routeTable(routes);
  const sample = logSampler();

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const answered = await answerTo(request, table, access);
    send(response, answered);
    const { path, refused, failure } = answered;
    const { status = 200 } = answered.answer;
    const facts = {
      method: request.method,
      path: path.slice(0, 200),
      status,
      client: request.socket.remoteAddress,
    };
    if (failure !== undefined) log.error({ ...facts, err: failure.error }, "admin request failed");
    else if (refused === undefined) log.debug(facts, "admin request");
    else {
      const { write, suppressed } = sample(refused);
      const more = suppressed > 0 && { suppressed };
      if (write) log.warn({ ...facts, rule: refused, ...more }, "admin request refused");
    }
  };

  const server = createServer(timeouts, (request, response) => {
    serve(request, response).catch((error: unknown) => {
      // The caller went while it was read.
      log.debug({ err: error }, "admin request ended early");
      response.destroy();
    });
  });
  // An admin page is asked for by a few people and a scraper, not by the world.
  server.maxConnections = 100;
  await bound(server, bind);
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : bind.port;
  return {
    address: { host: bind.host, port },
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, "close");
    },
  };
}

/** In milliseconds; how late the first two are noticed is the third. */
const timeouts = { requestTimeout: 10_000, headersTimeout: 5_000, connectionsCheckingInterval: 1_000 };

async function bound(server: Server, bind: Endpoint): Promise<void> {
  try {
    server.listen({ port: bind.port, ...(bind.host !== "" && { host: bind.host }) });
    await once(server, "listening");
  } catch (error) {
    throw new ListenError("admin", bind, error);
  }
}

function send(response: ServerResponse, { answer, headers }: Answered): void {
  const { status = 200, contentType, body } = answer;
  // Node leaves the body out of the answer to HEAD by itself.
  response.writeHead(status, {
    ...securityHeaders,
    ...headers,
    "content-type": contentType,
    "content-length": Buffer.byteLength(body),
  });
  response.end(body);
}
