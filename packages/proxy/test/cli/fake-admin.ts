import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";

/** What one path of the fake answers. */
export type FakeRoute = (request: IncomingMessage, response: ServerResponse) => void;

export interface FakeAdmin extends AsyncDisposable {
  readonly url: string;
  /** `METHOD /path?query` of every request, in order. */
  readonly asked: readonly string[];
  /** Bodies of the requests, in order. */
  readonly bodies: readonly string[];
  /** What authorization each request showed. */
  readonly tokens: readonly (string | undefined)[];
}

/** An admin server that answers what a test says, by path; 404 elsewhere. */
export async function fakeAdmin(routes: Readonly<Record<string, FakeRoute>>): Promise<FakeAdmin> {
  const [asked, bodies, tokens]: [string[], string[], (string | undefined)[]] = [[], [], []];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    tokens.push(request.headers.authorization);
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => {
      body += text;
    });
    request.on("end", () => {
      bodies.push(body);
      const route = routes[(request.url ?? "").split("?")[0] ?? ""];
      if (route !== undefined) route(request, response);
      else response.writeHead(404).end("not found");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    bodies,
    tokens,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** Answers JSON. */
export function json(value: unknown, status = 200): FakeRoute {
  return (_request, response) => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
  };
}

/** Answers text. */
export function text(body: string, status = 200): FakeRoute {
  return (_request, response) => void response.writeHead(status, { "content-type": "text/plain" }).end(body);
}

/** Answers events, and ends the stream after them. */
export function events(...all: readonly (readonly [event: string, data: unknown])[]): FakeRoute {
  return (_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const [event, data] of all) response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    response.end();
  };
}
