import { bind, serve } from "@pagoda/tcp";
import type { Endpoint, ListenerServing } from "@pagoda/tcp";
import { execFile, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { toolPath } from "../../scripts/tools.ts";
import { eventually } from "../../test/support/eventually.ts";
import { describeWith } from "../../test/support/needs.ts";
import { start } from "./main.ts";
import { memoryRedis } from "./memory-redis.ts";
import { RedisRequest } from "./redis.ts";
import { RespSplitter } from "./resp-splitter.ts";
import { serveRedis } from "./serve-redis.ts";

type Proxy = Awaited<ReturnType<typeof start>>;

describe("the proxy of the README, before a Redis in memory", () => {
  let upstream: ListenerServing;
  let proxy: Proxy;

  beforeEach(async () => {
    const memory = memoryRedis();
    const listener = await bind({ host: "127.0.0.1", port: 0, name: "memory" });
    upstream = serve(
      listener,
      serveRedis(() => memory),
    );
    proxy = await start(upstream.address);
  });

  afterEach(async () => {
    await proxy[Symbol.asyncDispose]();
    await upstream[Symbol.asyncDispose]();
  });

  it("answers pipelined commands in order, the refused ones in their place", async () => {
    const { replies } = await talk(proxy.address, [
      command("SET", "greeting", "hello"),
      command("flushall"),
      command("GET", "greeting"),
      command("GET", "nothing"),
      command("NONSENSE"),
      command("QUIT"),
    ]);
    expect(replies).toEqual([
      "+OK\r\n",
      "-NOPERM FLUSHALL is not allowed through this proxy\r\n",
      "$5\r\nhello\r\n",
      "$-1\r\n",
      "-ERR unknown command 'NONSENSE'\r\n",
      "+OK\r\n",
    ]);
  });

  it("carries a value of any bytes, larger than a chunk", async () => {
    const value = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7) % 256));
    const { bytes } = await talk(proxy.address, [
      RedisRequest.of("SET", "key", value).bytes,
      command("GET", "key"),
      command("QUIT"),
    ]);
    expect(bytes.includes(value)).toBe(true);
  });

  it("counts calls and errors by command", async () => {
    await talk(proxy.address, [command("PING"), command("ping"), command("KEYS", "*"), command("QUIT")]);
    expect(Object.fromEntries(proxy.commands.counts)).toEqual({
      PING: { calls: 2, errors: 0 },
      KEYS: { calls: 1, errors: 1 },
      QUIT: { calls: 1, errors: 0 },
    });
  });

  it.each(["SUBSCRIBE news", "MONITOR", "client tracking on", "CLIENT reply off"])(
    "refuses %s, which has not one reply",
    async (line) => {
      const [name = "", ...args] = line.split(" ");
      const { replies } = await talk(proxy.address, [
        command(name, ...args),
        command("PING"),
        command("QUIT"),
      ]);
      expect(replies).toEqual([
        `-ERR ${name.toUpperCase()} does not go through this proxy\r\n`,
        "+PONG\r\n",
        "+OK\r\n",
      ]);
    },
  );

  it.each([
    ["an inline command", "PING\r\n", "no value begins with byte 0x50"],
    ["no array", "+PING\r\n", "a command is an array of bulk strings"],
    ["another array", "*1\r\n:1\r\n", "a command is an array of bulk strings"],
  ])("says what is wrong with %s, and closes", async (_, bytes, message) => {
    const { replies } = await talk(proxy.address, [Buffer.from(bytes)]);
    expect(replies).toEqual([`-ERR Protocol error: ${message}\r\n`]);
  });

  it("passes over an empty command, as Redis does", async () => {
    const { replies } = await talk(proxy.address, [Buffer.from("*0\r\n*-1\r\n"), command("QUIT")]);
    expect(replies).toEqual(["+OK\r\n"]);
  });

  it("tells the client that there is no server, and closes", async () => {
    await upstream[Symbol.asyncDispose]();
    const { replies } = await talk(proxy.address, [command("PING")]);
    expect(replies).toHaveLength(1);
    expect(replies[0]).toMatch(/^-ERR cannot connect to 127\.0\.0\.1:/);
  });
});

describeWith(["redis-server"], "the proxy of the README, before a real Redis", () => {
  let folder: string;
  let redis: ChildProcess;
  let proxy: Proxy;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pagoda-redis-"));
    const port = await freePort();
    const args = [
      "--port",
      `${port}`,
      "--bind",
      "127.0.0.1",
      "--dir",
      folder,
      "--save",
      "",
      "--appendonly",
      "no",
    ];
    redis = spawn(toolPath("redis-server"), args, { stdio: "ignore" });
    await eventually(() => reachable(port));
    proxy = await start({ host: "127.0.0.1", port });
  });

  afterAll(async () => {
    await proxy?.[Symbol.asyncDispose]();
    if (redis.exitCode === null) {
      redis.kill();
      await once(redis, "exit");
    }
    await rm(folder, { recursive: true, force: true });
  });

  const cli = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)(tool("redis-cli"), ["-p", `${proxy.address.port}`, ...args]);
    return stdout.trimEnd();
  };

  it.each([["-2"], ["-3"]])("is no different for redis-cli %s", async (version) => {
    expect(await cli(version, "SET", "greeting", "hello")).toBe("OK");
    expect(await cli(version, "GET", "greeting")).toBe("hello");
    expect(await cli(version, "HSET", "map", "a", "1")).toMatch(/^[01]$/);
    expect(await cli(version, "HGETALL", "map")).toBe(version === "-3" ? "a 1" : "a\n1");
    expect(await cli(version, "EVAL", "return {1,{2,'three'},false}", "0")).toContain("three");
    expect(await cli(version, "FLUSHALL")).toBe("NOPERM FLUSHALL is not allowed through this proxy");
    expect(await cli(version, "GET", "greeting")).toBe("hello");
  });

  it("carries transactions and pipelines", async () => {
    const { replies } = await talk(proxy.address, [
      command("MULTI"),
      command("INCR", "counter"),
      command("EXEC"),
      ...Array.from({ length: 1_000 }, () => command("INCR", "counter")),
      command("QUIT"),
    ]);
    expect(replies.slice(0, 3)).toEqual(["+OK\r\n", "+QUEUED\r\n", "*1\r\n:1\r\n"]);
    expect(replies.slice(3, -1)).toEqual(Array.from({ length: 1_000 }, (_, at) => `:${at + 2}\r\n`));
  });

  it("carries many connections at once", async () => {
    const benchmark = tool("redis-benchmark");
    const load = ["-n", "2000", "-c", "10", "-P", "16", "-q", "-t", "set,get,lrange_100"];
    const { stdout } = await promisify(execFile)(benchmark, ["-p", `${proxy.address.port}`, ...load]);
    expect(stdout).toContain("LRANGE_100");
    const { calls, errors } = proxy.commands.of("LRANGE");
    expect(calls).toBeGreaterThanOrEqual(2_000);
    expect(errors).toBe(0);
  });
});

/** The package of the server brings its clients along, beside it. */
function tool(name: string): string {
  return join(dirname(toolPath("redis-server")), name);
}

function command(name: string, ...args: readonly string[]): Uint8Array {
  return RedisRequest.of(name, ...args).bytes;
}

/** Sends it all at once, and reads until the other side has closed. */
async function talk(address: Endpoint, commands: readonly Uint8Array[]) {
  const socket = await dial(address);
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.write(Buffer.concat(commands));
  await once(socket, "close");
  const bytes = Buffer.concat(chunks);
  const splitter = new RespSplitter();
  splitter.push(bytes);
  const replies: string[] = [];
  for (let reply = splitter.next(); reply !== undefined; reply = splitter.next()) {
    replies.push(Buffer.from(reply).toString("latin1"));
  }
  splitter.end();
  return { bytes, replies };
}

async function dial({ host, port }: Endpoint): Promise<Socket> {
  const socket = connect({ host, port });
  await once(socket, "connect");
  return socket;
}

async function reachable(port: number): Promise<void> {
  const socket = await dial({ host: "127.0.0.1", port });
  socket.destroy();
}

async function freePort(): Promise<number> {
  const listener = await bind({ host: "127.0.0.1", port: 0, name: "free" });
  await listener.close();
  return listener.address.port;
}
