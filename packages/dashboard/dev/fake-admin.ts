// A stand-in for the admin server of a proxy, with invented traffic:
//   node --conditions=@pagoda/source packages/dashboard/dev/fake-admin.ts [--port 9190] [--token T] [--empty]
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { parseArgs } from "node:util";
import type { Window } from "@pagoda/traffic/view";

import { fakeAnswers } from "./fake-answers.ts";
import { fakeExchange } from "./fake/exchange.ts";
import { fakeView } from "./fake/view.ts";

export interface FakeAdminOptions {
  /** 0 takes any. */
  readonly port: number;
  /** Asked for by everything below /api. */
  readonly token?: string | undefined;
  /** No client came yet. */
  readonly empty?: boolean;
}

const types: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".svg": "image/svg+xml",
};

/** As the admin server sends it. */
const policy =
  "default-src 'none'; connect-src 'self'; font-src 'self'; img-src 'self' data:; manifest-src 'self'; script-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Serves the built dashboard and what it asks for. */
export async function startFakeAdmin({ port, token, empty = false }: FakeAdminOptions): Promise<Server> {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://fake");
    if (pathname.startsWith("/ui/")) return sendFile(pathname.slice(4) || "index.html", response);
    if (pathname === "/" || pathname === "/ui")
      return void response.writeHead(302, { location: "/ui/" }).end();
    if (token !== undefined && request.headers.authorization !== `Bearer ${token}` && pathname !== "/ready") {
      return void response.writeHead(401).end("show the token\n");
    }
    const window = (searchParams.get("window") ?? "1m") as Window;
    if (pathname === "/api/stream") {
      return stream(request, response, 1_000, () => ["traffic", fakeView(window, Date.now(), empty)]);
    }
    if (pathname === "/api/tap") {
      let count = 0;
      return stream(request, response, 120, () => {
        count += 1;
        return count % 20 === 0
          ? ["missed", { sampledOut: 7, dropped: 0 }]
          : ["event", fakeExchange(count, Date.now())];
      });
    }
    const answer = fakeAnswers[pathname];
    if (answer === undefined) return void response.writeHead(404).end("not found\n");
    response.setHeader("content-type", typeof answer === "string" ? "text/plain" : "application/json");
    response.end(typeof answer === "string" ? answer : JSON.stringify(answer));
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return server;
}

function sendFile(name: string, response: ServerResponse): void {
  try {
    const body = readFileSync(join(import.meta.dirname, "../dist", join("/", name)));
    const type = types[extname(name)] ?? "text/plain";
    response.writeHead(200, { "content-type": type, "content-security-policy": policy }).end(body);
  } catch {
    response.writeHead(404).end();
  }
}

function stream(
  request: IncomingMessage,
  response: ServerResponse,
  everyMs: number,
  next: () => readonly [event: string, data: object],
): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const send = (): void => {
    const [event, data] = next();
    response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  send();
  const timer = setInterval(send, everyMs);
  request.on("close", () => clearInterval(timer));
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "9190" },
      token: { type: "string" },
      empty: { type: "boolean", default: false },
    },
  });
  await startFakeAdmin({ port: Number(values.port), token: values.token, empty: values.empty });
}
