import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";

import { ListenError } from "@pagoda/tcp";
import type { Endpoint } from "@pagoda/tcp";

/** What a route answers. */
export interface AdminAnswer {
  /** @default 200 */
  readonly status?: number;
  readonly contentType: string;
  readonly body: string;
}

/** Answers one path. It reads, and never changes anything. */
export type AdminRoute = (request: AdminRequest) => AdminAnswer | Promise<AdminAnswer>;

export interface AdminRequest {
  readonly accept: string | undefined;
  readonly query: URLSearchParams;
}

export interface AdminOptions {
  readonly bind: Endpoint;
  /** By path. GET and HEAD are answered; any other method gets 405, any other path 404. */
  readonly routes: ReadonlyMap<string, AdminRoute>;
  /** Called when a route fails; the answer is a bare 500. */
  readonly onError: (path: string, error: unknown) => void;
}

export interface AdminServer extends AsyncDisposable {
  readonly address: Endpoint;
}

/**
 * The admin server: plain HTTP, for people and scrapers on the same machine or network.
 * @throws ListenError when the port cannot be bound.
 */
export async function startAdmin({ bind, routes, onError }: AdminOptions): Promise<AdminServer> {
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, (request, response) => {
    void answer(routes, request, response, onError);
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

async function bound(server: Server, bind: Endpoint): Promise<void> {
  try {
    server.listen(bind.port, bind.host);
    await once(server, "listening");
  } catch (error) {
    throw new ListenError("admin", bind, error);
  }
}

async function answer(
  routes: AdminOptions["routes"],
  request: IncomingMessage,
  response: ServerResponse,
  onError: AdminOptions["onError"],
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://admin");
  const route = routes.get(url.pathname);
  if (route === undefined) return send(response, notFound([...routes.keys()]));
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("allow", "GET, HEAD");
    return send(response, { status: 405, contentType: "text/plain", body: "only GET and HEAD\n" });
  }
  try {
    send(response, await route({ accept: request.headers.accept, query: url.searchParams }));
  } catch (error) {
    onError(url.pathname, error);
    send(response, { status: 500, contentType: "text/plain", body: "internal error; the log has it\n" });
  }
}

function send(response: ServerResponse, { status = 200, contentType, body }: AdminAnswer): void {
  // Node leaves the body out of the answer to HEAD by itself.
  response.writeHead(status, { "content-type": contentType, "content-length": Buffer.byteLength(body) });
  response.end(body);
}

function notFound(paths: readonly string[]): AdminAnswer {
  return { status: 404, contentType: "text/plain", body: `not found; there is:\n${paths.join("\n")}\n` };
}
