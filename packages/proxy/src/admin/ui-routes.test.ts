import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { adminServers } from "../../test/admin-servers.ts";
import { loadDashboard } from "./dashboard-files.ts";
import { uiRoutes } from "./ui-routes.ts";

const servers = adminServers();
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pagoda-ui-"));
  mkdirSync(join(folder, "assets"));
  writeFileSync(join(folder, "index.html"), "<!doctype html><p>dashboard");
  writeFileSync(join(folder, "assets", "index-Bx3Yz_1-.js"), "let a = 1;");
  writeFileSync(join(folder, "assets", "index-Bx3Yz_1-.js.map"), "{}");
  writeFileSync(join(folder, "assets", "logo.svg"), "<svg/>");
});

afterEach(async () => {
  await servers.close();
  rmSync(folder, { recursive: true });
});

describe("the dashboard", () => {
  it("is where a browser comes to", async () => {
    const { ask } = await servers.start(uiRoutes(loadDashboard(folder)));
    for (const path of ["/", "/ui"]) {
      expect(await ask("GET", path)).toMatchObject({ status: 302, headers: { location: "/ui/" } });
    }
    expect(await ask("GET", "/ui/")).toMatchObject({
      status: 200,
      body: "<!doctype html><p>dashboard",
      headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" },
    });
  });

  it("loads itself, asks this server, and nothing else", async () => {
    const { ask } = await servers.start(uiRoutes(loadDashboard(folder)));
    const { headers } = await ask("GET", "/ui/");
    const policy = headers["content-security-policy"];
    expect(policy).toContain("default-src 'none'; connect-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(headers).toMatchObject({ "x-content-type-options": "nosniff", "x-frame-options": "DENY" });
  });

  it("is kept by browsers where its name says what is in it", async () => {
    const { ask } = await servers.start(uiRoutes(loadDashboard(folder)));
    expect(await ask("GET", "/ui/assets/index-Bx3Yz_1-.js")).toMatchObject({
      status: 200,
      body: "let a = 1;",
      headers: {
        "content-type": "text/javascript; charset=utf-8",
        "cache-control": "public, max-age=31536000, immutable",
      },
    });
    expect(await ask("GET", "/ui/assets/logo.svg")).toMatchObject({
      status: 200,
      headers: { "content-type": "image/svg+xml", "cache-control": "no-store" },
    });
  });

  it.each([
    "/ui/nothing",
    "/ui/../ui-routes.ts",
    "/ui/assets/../index.html",
    "/ui/%2e%2e/ui/index.html",
    "/ui//etc/passwd",
    "/ui/assets/index-Bx3Yz_1-.js.map",
    "/ui/__proto__",
  ])("has no file %s", async (path) => {
    const { ask } = await servers.start(uiRoutes(loadDashboard(folder)));
    expect((await ask("GET", path)).status).toBe(404);
  });

  it("needs no token, as there is nothing secret in it", async () => {
    const { ask } = await servers.start(uiRoutes(loadDashboard(folder)), { token: "t0ken" });
    expect((await ask("GET", "/ui/assets/logo.svg")).status).toBe(200);
    expect((await ask("GET", "/ui/", { host: "evil.test" })).status).toBe(421);
  });

  it("says that it was not built, and what there is without it", async () => {
    const { ask } = await servers.start(uiRoutes(loadDashboard(join(folder, "assets"))));
    const { status, body, headers } = await ask("GET", "/ui/");
    expect([status, headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    expect(body).toContain("npm run build");
    expect(body).toContain('<a href="/api/traffic">');
    expect(body).not.toContain("<script");
  });
});
