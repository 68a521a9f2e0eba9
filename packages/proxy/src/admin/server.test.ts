import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";

import { adminServers, anywhere, fromLog } from "../../test/admin-servers.ts";
import { startAdmin } from "./server.ts";
import { textAnswer } from "./route.ts";
import type { AdminRoute } from "./route.ts";

const servers = adminServers();
afterEach(() => servers.close());

const routes: readonly AdminRoute[] = [
  {
    method: "GET",
    path: "/live",
    public: true,
    handler: ({ query }) => textAnswer(`live ${query.get("q")}`),
  },
  { method: "GET", path: "/broken", handler: () => Promise.reject(new Error("the secret")) },
  { method: "GET", path: "/level", handler: () => textAnswer("info") },
  { method: "POST", path: "/level", handler: ({ body }) => textAnswer(JSON.stringify(body) ?? "nothing") },
];
const writes = { allowWrites: true };

describe("the admin server", () => {
  it("answers GET and HEAD", async () => {
    const { ask } = await servers.start(routes);
    expect(await ask("GET", "/live?q=1")).toMatchObject({ status: 200, body: "live 1\n" });
    expect(await ask("HEAD", "/live?q=1")).toMatchObject({ status: 200, body: "" });
  });

  it.each(["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])(
    "refuses %s, and lists what there is",
    async (method) => {
      const { ask } = await servers.start(routes, writes);
      expect(await ask(method, "/live")).toMatchObject({ status: 405, headers: { allow: "GET, HEAD" } });
      expect(await ask(method, "/level")).toMatchObject({
        status: 405,
        headers: { allow: "GET, HEAD, POST" },
      });
    },
  );

  it("lists what there is to a path that is not", async () => {
    const { ask } = await servers.start(routes);
    expect(await ask("GET", "/lve")).toMatchObject({ status: 404, body: expect.stringContaining("/live") });
  });

  it.each(["//", "//live", "/live/..", "http://evil.test/live", "*", "/%2e%2e/live"])(
    "takes %j for no path of its own, and lives on",
    async (path) => {
      const { ask } = await servers.start(routes);
      expect((await ask("GET", path)).status).toBe(404);
      expect((await ask("GET", "/live")).status).toBe(200);
    },
  );

  it("reports a failure without telling it to the asker", async () => {
    const { ask, lines } = await servers.start(routes);
    const answer = await ask("GET", "/broken");
    expect(answer).toMatchObject({ status: 500 });
    expect(answer.body).not.toContain("secret");
    expect(fromLog(lines, "error")).toMatchObject([{ path: "/broken", err: { message: "the secret" } }]);
  });

  it("has nothing of an answer kept, framed, run or guessed at, whatever it is", async () => {
    const { ask } = await servers.start(routes, { token: "t0ken" });
    for (const path of ["/live", "/level", "/nowhere"]) {
      const { headers } = await ask("GET", path);
      expect(headers).toMatchObject({
        "cache-control": "no-store",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "cross-origin-resource-policy": "same-origin",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
      });
      expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
    }
  });

  it("says which port it could not have", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    const config = { ...anywhere, bind: { host: "127.0.0.1", port } };
    const starting = startAdmin({ config, routes: [], log: servers.log });
    await expect(starting).rejects.toMatchObject({ code: "LISTEN_PORT_IN_USE" });
    taken.close();
  });

  it("takes no two routes that are the same", async () => {
    const [live] = routes;
    if (live === undefined) throw new Error("a route");
    await expect(servers.start([live, live])).rejects.toThrow("routes must differ, got GET /live twice");
  });
});

describe("what is posted", () => {
  const json = { "content-type": "application/json" };

  it("is JSON, or nothing", async () => {
    const { ask } = await servers.start(routes, writes);
    expect((await ask("POST", "/level", json, '{"level":"debug"}')).body).toBe('{"level":"debug"}\n');
    expect((await ask("POST", "/level")).body).toBe("nothing\n");
    expect((await ask("POST", "/level", json, "{")).status).toBe(400);
  });

  it("is not what a form can send", async () => {
    const { ask } = await servers.start(routes, writes);
    for (const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data",
      "application/jsonp",
    ]) {
      expect((await ask("POST", "/level", { "content-type": type }, '{"level":"debug"}')).status).toBe(415);
    }
  });

  it("is not more than 64 KiB", async () => {
    const { ask } = await servers.start(routes, writes);
    expect((await ask("POST", "/level", json, JSON.stringify("x".repeat(65_534)))).status).toBe(200);
    expect((await ask("POST", "/level", json, JSON.stringify("x".repeat(65_535)))).status).toBe(413);
  });
});

describe("the log of the admin server", () => {
  it("has a line for each request at debug, without its query", async () => {
    const { ask, lines } = await servers.start(routes);
    await ask("GET", "/live?token=secret");
    expect(fromLog(lines, "debug")).toMatchObject([
      { method: "GET", path: "/live", status: 200, client: "127.0.0.1" },
    ]);
    expect(lines.join("")).not.toContain("secret");
  });

  it("has one line a second for each rule that refuses, and never the token", async () => {
    const { ask, lines } = await servers.start(routes, { token: "t0ken" });
    for (let n = 0; n < 20; n++) await ask("GET", "/level", { authorization: "Bearer guess" });
    await ask("GET", "/level", { host: "evil.test", authorization: "Bearer t0ken" });
    const refused = fromLog(lines, "warn");
    expect(refused.filter(({ rule }) => rule === "token").length).toBeLessThan(20);
    expect(refused.map(({ rule }) => rule)).toEqual(expect.arrayContaining(["token", "host"]));
    expect(lines.join("")).not.toMatch(/t0ken|guess/);
  });
});
