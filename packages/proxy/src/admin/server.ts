import { ListenError } from "@pagoda/tcp";
import type { Endpoint } from "@pagoda/tcp";
import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";

import type { AdminConfig } from "../config/model.ts";
import { logSampler } from "../log-sampler.ts";
import type { Logger } from "../log.ts";
import { Access } from "./access.ts";
import { answerTo, failed } from "./answer.ts";
import type { Answered } from "./answer.ts";
import type { AdminAnswer, AdminRoute } from "./route.ts";
import { routeTable } from "./route-table.ts";
import { Streams } from "./streams.ts";
import type { StreamsOptions } from "./streams.ts";

export interface AdminOptions {
  readonly config: AdminConfig;
  readonly routes: readonly AdminRoute[];
  /** Requests at `debug`; refused ones at `warn`, one a second for each rule; defects at `error`. */
  readonly log: Logger;
  /** Bounds of the answers that go on. */
  readonly streams?: Pick<StreamsOptions, "maxStreams" | "maxBufferedBytes" | "heartbeatMs">;
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
export async function startAdmin({
  config,
  routes,
  log,
  streams: bounds,
}: AdminOptions): Promise<AdminServer> {
  const { bind } = config;
  const access = new Access(config);
  const table = routeTable(routes);
  const sample = logSampler();
  const streams = new Streams({
    ...bounds,
    onFailed: (error) => log.error({ err: error }, "admin stream failed"),
    onSlow: () => log.warn("a reader of an admin stream did not read, and was cut off"),
  });

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const answered = begun(request, response, await answerTo(request, table, access), streams);
    const { path, refused, failure } = answered;
    const { status } = answered;
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
      await streams.close();
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

/** Sends an answer, or begins a stream; says with which status, and what it failed with. */
function begun(
  { method }: IncomingMessage,
  response: ServerResponse,
  answered: Answered,
  streams: Streams,
): Pick<Answered, "path" | "refused" | "failure"> & { readonly status: number } {
  const { path, answer, headers } = answered;
  if (!("open" in answer)) return { ...answered, status: send(response, answer, headers) };
  const begin = (): void => {
    response.writeHead(200, { ...securityHeaders, "content-type": "text/event-stream; charset=utf-8" });
  };
  if (method === "HEAD") {
    begin();
    response.end();
    return { path, status: 200 };
  }
  // The caller went while it was read.
  if (response.destroyed) return { path, status: 200 };
  try {
    streams.serve(response, answer.open, begin);
    return { path, status: 200 };
  } catch (error) {
    const instead = failed(path, error);
    return { ...instead, status: send(response, instead.answer) };
  }
}

function send(response: ServerResponse, answer: AdminAnswer, headers: Answered["headers"] = {}): number {
  const { status = 200, contentType, body } = answer;
  // Node leaves the body out of the answer to HEAD by itself.
  response.writeHead(status, {
    ...securityHeaders,
    ...answer.headers,
    ...headers,
    "content-type": contentType,
    "content-length": Buffer.byteLength(body),
  });
  response.end(body);
  return status;
}
