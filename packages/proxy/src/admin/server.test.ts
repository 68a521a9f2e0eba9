import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";

import { startAdmin } from "./server.ts";
import type { AdminRoute, AdminServer } from "./server.ts";

describe("the admin server", () => {
  let admin: AdminServer | undefined;
  const errors: string[] = [];
  afterEach(async () => {
    await admin?.[Symbol.asyncDispose]();
    admin = undefined;
  });

  async function start(): Promise<string> {
    const routes = new Map<string, AdminRoute>([
      ["/live", ({ query }) => ({ contentType: "text/plain", body: `live ${query.get("q") ?? ""}` })],
      ["/broken", () => Promise.reject(new Error("the secret"))],
    ]);
    admin = await startAdmin({
      bind: { host: "127.0.0.1", port: 0 },
      routes,
      onError: (path) => errors.push(path),
    });
    return `http://127.0.0.1:${admin.address.port}`;
  }

  it("answers GET and HEAD", async () => {
    const at = await start();
    const answer = await fetch(`${at}/live?q=1`);
    expect({ status: answer.status, body: await answer.text() }).toEqual({ status: 200, body: "live 1" });
    const head = await fetch(`${at}/live`, { method: "HEAD" });
    expect({ status: head.status, body: await head.text() }).toEqual({ status: 200, body: "" });
  });

  it("refuses every other method, so that nothing can be changed by it", async () => {
    const answer = await fetch(`${await start()}/live`, { method: "POST" });
    expect({ status: answer.status, allow: answer.headers.get("allow") }).toEqual({
      status: 405,
      allow: "GET, HEAD",
    });
  });

  it("lists what there is to a path that is not", async () => {
    const answer = await fetch(`${await start()}/lve`);
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain("/live");
  });

  it("reports a failure without telling it to the asker", async () => {
    const answer = await fetch(`${await start()}/broken`);
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain("secret");
    expect(errors).toEqual(["/broken"]);
  });

  it("says which port it could not have", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    const starting = startAdmin({ bind: { host: "127.0.0.1", port }, routes: new Map(), onError: () => {} });
    await expect(starting).rejects.toMatchObject({ code: "LISTEN_PORT_IN_USE" });
    taken.close();
  });
});
