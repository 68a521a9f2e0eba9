import { once } from "node:events";
import { createServer } from "node:http";

import type { Endpoint } from "@pagoda/tcp";

/** A small HTTP service for the demo, on a free port of the loopback address. */
export interface DemoUpstream extends AsyncDisposable {
  readonly address: Endpoint;
}

/** Answers any request with what it saw of it, as JSON. */
export async function startDemoUpstream(): Promise<DemoUpstream> {
  const server = createServer((request, response) => {
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
    });
    request.on("end", () => {
      const seen = { method: request.method, path: request.url, bodyBytes: bytes };
      response.setHeader("content-type", "application/json");
      response.end(`${JSON.stringify({ hello: "from the demo upstream", ...seen })}\n`);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("the demo upstream has no port");
  return {
    address: { host: "127.0.0.1", port: address.port },
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
