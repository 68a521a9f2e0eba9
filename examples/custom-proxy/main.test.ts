import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import type { ListenerServing } from "@pagoda/tcp";

import { start } from "./main.ts";

describe("the proxy of the README", () => {
  const upstream = createServer((_, response) => response.end("hello"));
  let proxy: ListenerServing;

  beforeEach(async () => {
    upstream.listen(0, "127.0.0.1");
    await once(upstream, "listening");
    const address = upstream.address();
    if (address === null || typeof address === "string") throw new TypeError("no port");
    proxy = await start({ host: "127.0.0.1", port: address.port });
  });

  afterEach(async () => {
    await proxy[Symbol.asyncDispose]();
    upstream.closeAllConnections();
    upstream.close();
    await once(upstream, "close");
  });

  it("forwards HTTP", async () => {
    const answer = await fetch(`http://127.0.0.1:${proxy.address.port}/`, {
      headers: { connection: "close" },
    });
    expect(await answer.text()).toBe("hello");
  });

  it("refuses a protocol it does not know", async () => {
    const redis = connect(proxy.address.port, "127.0.0.1");
    redis.on("error", () => {});
    redis.write("*1\r\n$4\r\nPING\r\n");
    redis.resume();
    await once(redis, "close");
    expect(redis.bytesRead).toBe(0);
  });
});
