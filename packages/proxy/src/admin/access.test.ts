import { afterEach, describe, expect, it } from "vitest";

import { adminServers, anywhere } from "../../test/admin-servers.ts";
import { Access } from "./access.ts";
import { textAnswer } from "./route.ts";
import type { AdminRoute } from "./route.ts";

const servers = adminServers();
afterEach(() => servers.close());

/** Counts what was changed. */
function counting() {
  const changed: string[] = [];
  const routes: readonly AdminRoute[] = [
    {
      method: "GET",
      path: "/live",
      public: true,
      handler: ({ trusted }) => textAnswer(`trusted ${trusted}`),
    },
    { method: "GET", path: "/level", handler: () => textAnswer("info") },
    {
      method: "POST",
      path: "/level",
      handler: () => {
        changed.push("level");
        return textAnswer("changed");
      },
    },
  ];
  return { routes, changed };
}

describe("an admin server that others can reach", () => {
  it.each(["0.0.0.0", "::", "", "10.0.0.1", "pagoda.test"])(
    "does not start on %j without a token",
    async (host) => {
      const bind = { host, port: 0 };
      await expect(servers.start([], { bind })).rejects.toMatchObject({
        code: "ADMIN_TOKEN",
        kind: "invalid",
        message: expect.stringContaining("set admin.token"),
      });
      expect(() => new Access({ ...anywhere, bind, token: "t0ken" })).not.toThrow();
    },
  );

  it("takes no empty token for one", () => {
    expect(() => new Access({ ...anywhere, token: "" })).toThrow("admin.token must not be empty");
  });
});

describe("the token", () => {
  it.each([
    undefined,
    "",
    "t0ken",
    "Bearer",
    "Bearer ",
    "Bearer t0ke",
    "Bearer t0kenn",
    "Bearer T0KEN",
    "Basic t0ken",
  ])("is not %j", async (authorization) => {
    const { routes, changed } = counting();
    const { ask } = await servers.start(routes, { token: "t0ken", allowWrites: true });
    const headers = authorization === undefined ? {} : { authorization };
    for (const method of ["GET", "HEAD", "POST"]) {
      expect(await ask(method, "/level", headers)).toMatchObject({
        status: 401,
        headers: { "www-authenticate": "Bearer" },
      });
    }
    expect(changed).toEqual([]);
  });

  it("opens every route", async () => {
    const { routes, changed } = counting();
    const { ask } = await servers.start(routes, { token: "t0ken", allowWrites: true });
    for (const authorization of ["Bearer t0ken", "bearer  t0ken "]) {
      expect((await ask("GET", "/level", { authorization })).status).toBe(200);
      expect((await ask("POST", "/level", { authorization })).status).toBe(200);
    }
    expect(changed).toEqual(["level", "level"]);
  });

  it("is not asked for by a probe, which is told less without it", async () => {
    const { ask } = await servers.start(counting().routes, { token: "t0ken" });
    expect(await ask("GET", "/live")).toMatchObject({ status: 200, body: "trusted false\n" });
    expect((await ask("GET", "/live", { authorization: "Bearer t0ken" })).body).toBe("trusted true\n");
  });

  it("is needed to learn which paths there are", async () => {
    const { ask } = await servers.start(counting().routes, { token: "t0ken" });
    const answers = await Promise.all([ask("GET", "/nowhere"), ask("PUT", "/level"), ask("POST", "/live")]);
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
    expect(answers.map(({ body }) => body).join()).not.toContain("/level");
  });
});

describe("a web page in an operator's browser", () => {
  it.each(["evil.test", "evil.test:9190", "127.0.0.1.evil.test"])(
    "reads and changes nothing by a name of its own, %s (DNS rebinding)",
    async (host) => {
      const { routes, changed } = counting();
      const { ask } = await servers.start(routes, { allowWrites: true });
      const origin = `http://${host}`;
      const asked = [
        ask("GET", "/live", { host }),
        ask("GET", "/level", { host }),
        ask("POST", "/level", { host, origin }),
      ];
      expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([421, 421, 421]);
      expect(changed).toEqual([]);
    },
  );

  it.each([
    { origin: "http://evil.test" },
    { origin: "null" },
    { origin: "http://127.0.0.1" },
    { origin: "http://localhost:1" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
  ])("changes nothing from %j (CSRF)", async (headers: Record<string, string>) => {
    const { routes, changed } = counting();
    const { ask } = await servers.start(routes, { allowWrites: true });
    expect(await ask("POST", "/level", headers)).toMatchObject({ status: 403 });
    expect(changed).toEqual([]);
  });

  it("may change something from the admin server itself", async () => {
    const { routes, changed } = counting();
    const { ask, host } = await servers.start(routes, { allowWrites: true, allowedHosts: ["pagoda.test"] });
    const own = [
      { origin: `http://${host}`, "sec-fetch-site": "same-origin" },
      { host: "pagoda.test", origin: "https://pagoda.test" },
    ];
    for (const headers of own) expect((await ask("POST", "/level", headers)).status).toBe(200);
    expect(changed).toHaveLength(2);
  });
});

it("changes nothing unless it may, and says what to set", async () => {
  const { routes, changed } = counting();
  const { ask } = await servers.start(routes);
  expect(await ask("POST", "/level")).toMatchObject({
    status: 403,
    body: expect.stringContaining("admin.allowWrites"),
  });
  expect(changed).toEqual([]);
});
