import { text } from "node:stream/consumers";
import { expect, it } from "vitest";

import { memoryConnections } from "./memory-connections.ts";

it("are the two ends of one connection", async () => {
  const [client, server] = memoryConnections({ listener: "main" });
  expect([client.remote, client.local]).toEqual([server.local, server.remote]);
  expect([client.listener, server.listener]).toEqual(["main", "main"]);
  client.stream.end("hello");
  expect(await text(server.stream)).toBe("hello");
});
