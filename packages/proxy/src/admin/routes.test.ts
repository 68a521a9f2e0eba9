import { Drain, service, stack, timeout } from "@pagoda/core";
import { afterEach, describe, expect, it } from "vitest";

import { adminServers } from "../../test/admin-servers.ts";
import type { LogLevel } from "../log.ts";
import { adminRoutes } from "./routes.ts";
import type { AdminParts } from "./routes.ts";

const servers = adminServers();
afterEach(() => servers.close());

const ground = service<string, void>(async () => {}, { name: "forwardTo" });

/** Every part there is, with what was done of them. */
function everything() {
  const done: string[] = [];
  let level: LogLevel = "info";
  let reload: Awaited<ReturnType<NonNullable<AdminParts["reload"]>>> = {
    outcome: "success",
    hash: "sha256:1",
    message: "changed: main",
  };
  const drain = new Drain();
  const parts: AdminParts = {
    metrics: (accept) => ({ contentType: accept ?? "text/plain", body: "pagoda_x 1\n" }),
    drain,
    checks: () => [{ name: "upstream", failing: () => "kafka:9092: connection refused" }],
    listeners: () => [
      { name: "main", address: { host: "::1", port: 19_092 }, state: "serving", connections: 3 },
    ],
    stacks: () =>
      new Map([
        [
          "main",
          stack<string, void>()
            .push(timeout({ timeoutMs: 1 }))
            .service(ground),
        ],
      ]),
    config: () => "clusters: {}\n",
    configSchema: () => ({ type: "object" }),
    logLevel: () => level,
    reload: () => {
      done.push("reload");
      return Promise.resolve(reload);
    },
    startDrain: () => {
      done.push("drain");
    },
    setLogLevel: (to) => {
      done.push("loglevel");
      level = to;
    },
  };
  return { parts, done, drain, answerReload: (result: typeof reload) => (reload = result) };
}

const writes = { allowWrites: true };
const json = { "content-type": "application/json" };

describe("the admin routes", () => {
  it("are these", () => {
    expect(adminRoutes(everything().parts).map(({ method, path }) => `${method} ${path}`)).toEqual([
      "GET /live",
      "GET /ready",
      "GET /metrics",
      "GET /version",
      "GET /stacks",
      "GET /api/listeners",
      "GET /api/stacks",
      "GET /api/openapi.json",
      "GET /config",
      "GET /config/schema",
      "GET /api/loglevel",
      "POST /api/reload",
      "POST /api/drain",
      "POST /api/loglevel",
    ]);
  });

  it("change nothing by GET and HEAD, whatever is asked", async () => {
    const { parts, done, drain } = everything();
    const routes = adminRoutes(parts);
    const { ask } = await servers.start(routes, writes);
    const readable = new Set(routes.filter(({ method }) => method === "GET").map(({ path }) => path));
    for (const { path } of routes) {
      for (const method of ["GET", "HEAD"]) {
        const { status, headers } = await ask(method, `${path}?level=debug`, json, '{"level":"debug"}');
        if (readable.has(path)) expect([path, status]).toEqual([path, path === "/ready" ? 503 : 200]);
        else expect([path, status, headers["allow"]]).toEqual([path, 405, "POST"]);
      }
    }
    expect([done, drain.state]).toEqual([[], "serving"]);
  });

  it("change nothing by POST where that is not allowed", async () => {
    const { parts, done } = everything();
    const routes = adminRoutes(parts);
    const { ask } = await servers.start(routes);
    for (const { path } of routes.filter(({ method }) => method === "POST")) {
      expect([path, (await ask("POST", path, json, '{"level":"debug"}')).status]).toEqual([path, 403]);
    }
    expect(done).toEqual([]);
  });

  it("need the token, /live and /ready aside", async () => {
    const routes = adminRoutes(everything().parts);
    const { ask } = await servers.start(routes, { ...writes, token: "t0ken" });
    const open = new Set<string>();
    for (const { method, path } of routes) if ((await ask(method, path)).status !== 401) open.add(path);
    expect([...open]).toEqual(["/live", "/ready"]);
  });

  it("name no upstream to a probe without the token", async () => {
    const { ask } = await servers.start(adminRoutes(everything().parts), { token: "t0ken" });
    const probe = await ask("GET", "/ready?verbose");
    expect(JSON.parse(probe.body)).toEqual({
      ready: false,
      checks: [
        { name: "drain", ok: true },
        { name: "listener main", ok: true },
        { name: "upstream", ok: false },
      ],
    });
    const operator = await ask("GET", "/ready", { authorization: "Bearer t0ken" });
    expect(operator).toMatchObject({ status: 503, body: "upstream: kafka:9092: connection refused\n" });
  });

  it("leave out what there is nothing for", () => {
    const { metrics, drain, checks, listeners, stacks } = everything().parts;
    const paths = adminRoutes({ metrics, drain, checks, listeners, stacks }).map(({ path }) => path);
    expect(paths).toEqual([
      "/live",
      "/ready",
      "/metrics",
      "/version",
      "/stacks",
      "/api/listeners",
      "/api/stacks",
      "/api/openapi.json",
    ]);
  });
});

describe("the admin routes that read", () => {
  it.each([
    ["/live", "live\n"],
    ["/metrics", "pagoda_x 1\n"],
    ["/stacks", "listener main\ntimeout\n└ forwardTo\n"],
    ["/config", "clusters: {}\n"],
  ])("%s", async (path, body) => {
    const { ask } = await servers.start(adminRoutes(everything().parts));
    expect(await ask("GET", path)).toMatchObject({ status: 200, body });
  });

  it.each([
    ["/version", { version: expect.any(String), node: process.versions.node }],
    ["/config/schema", { type: "object" }],
    ["/api/loglevel", { level: "info" }],
    [
      "/api/listeners",
      { listeners: [{ name: "main", address: "[::1]:19092", state: "serving", connections: 3 }] },
    ],
  ])("%s", async (path, body) => {
    const { ask } = await servers.start(adminRoutes(everything().parts));
    expect(JSON.parse((await ask("GET", path)).body)).toMatchObject(body);
  });
});

describe("the admin routes that change something", () => {
  it("POST /api/reload says what became of it", async () => {
    const { parts, answerReload } = everything();
    const { ask } = await servers.start(adminRoutes(parts), writes);
    expect(await ask("POST", "/api/reload")).toMatchObject({ status: 200 });
    const result = { outcome: "rejected", hash: "sha256:1", message: "pagoda.yaml:1:1 is wrong" } as const;
    answerReload(result);
    const rejected = await ask("POST", "/api/reload");
    expect(rejected.status).toBe(422);
    expect(JSON.parse(rejected.body)).toEqual(result);
  });

  it("POST /api/drain starts it, and does not wait", async () => {
    const { parts, done } = everything();
    const { ask } = await servers.start(adminRoutes(parts), writes);
    expect((await ask("POST", "/api/drain")).status).toBe(202);
    expect(done).toEqual(["drain"]);
  });

  it("POST /api/loglevel changes it, to one there is", async () => {
    const { parts } = everything();
    const { ask } = await servers.start(adminRoutes(parts), writes);
    for (const body of [
      "{}",
      '"debug"',
      '{"level":"loud"}',
      '{"level":["debug"]}',
      "null",
      '{"__proto__":{"level":"debug"}}',
    ]) {
      expect(await ask("POST", "/api/loglevel", json, body)).toMatchObject({
        status: 400,
        body: expect.stringContaining("debug"),
      });
    }
    expect((await ask("POST", "/api/loglevel", json, '{"level":"debug"}')).status).toBe(200);
    expect(JSON.parse((await ask("GET", "/api/loglevel")).body)).toEqual({ level: "debug" });
  });
});
