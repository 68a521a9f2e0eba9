import { describe, expect, it } from "vitest";

import { runDrain } from "../../src/cli/operate/drain.ts";
import { runHealth } from "../../src/cli/operate/health.ts";
import { runLoglevel } from "../../src/cli/operate/loglevel.ts";
import { runReload } from "../../src/cli/operate/reload.ts";
import { fakeAdmin, json, text } from "./fake-admin.ts";
import { keptTerminal } from "./kept-terminal.ts";

describe("pagoda health", () => {
  it.each([
    [200, "ready", 0],
    [503, "upstream main: nobody answers", 1],
  ])("answers %i with its exit code", async (status, body, code) => {
    await using admin = await fakeAdmin({ "/ready": text(body, status) });
    const terminal = keptTerminal();
    expect(await runHealth(["--admin", admin.url], terminal)).toBe(code);
    expect(terminal.printed()).toBe(`${body}\n`);
  });
});

describe("what changes the proxy", () => {
  const off = text("nothing may be changed here: set admin.allowWrites", 403);

  it.each([
    ["drain", runDrain, []],
    ["reload", runReload, []],
    ["loglevel", runLoglevel, ["debug"]],
  ] as const)("%s says how to allow it", async (name, run, args) => {
    await using admin = await fakeAdmin({ [`/api/${name}`]: off });
    await expect(run([...args, "--admin", admin.url], keptTerminal())).rejects.toThrow(
      "set admin.allowWrites",
    );
  });

  it("drain posts, and waits until nobody answers", async () => {
    const terminal = keptTerminal();
    await using admin = await fakeAdmin({
      "/api/drain": json({ state: "draining" }, 202),
      "/live": (request) => void request.socket.destroy(),
    });
    expect(await runDrain(["--wait", "20s", "--admin", admin.url], terminal)).toBe(0);
    expect(admin.asked).toEqual(["POST /api/drain", "GET /live"]);
    expect(terminal.printed()).toBe("draining\nended\n");
  });

  it("drain says when it is still there", async () => {
    await using admin = await fakeAdmin({ "/api/drain": json({}, 202), "/live": text("live") });
    const terminal = keptTerminal();
    expect(await runDrain(["--wait", "50ms", "--admin", admin.url], terminal)).toBe(1);
    expect(terminal.printed()).toBe("draining\nstill draining\n");
  });

  it.each([
    ["success", 200, "success: 1 listener changed\n", 0],
    ["rejected", 422, "rejected: 1 listener changed\n", 1],
  ])("reload says that it was a %s", async (outcome, status, printed, code) => {
    await using admin = await fakeAdmin({
      "/api/reload": json({ outcome, hash: "x", message: "1 listener changed" }, status),
    });
    const terminal = keptTerminal();
    expect(await runReload(["--admin", admin.url], terminal)).toBe(code);
    expect(terminal.printed()).toBe(printed);
  });

  it("loglevel shows and sets", async () => {
    await using admin = await fakeAdmin({ "/api/loglevel": json({ level: "debug" }) });
    const terminal = keptTerminal();
    await runLoglevel(["--admin", admin.url], terminal);
    await runLoglevel(["debug", "--admin", admin.url], terminal);
    expect(admin.asked).toEqual(["GET /api/loglevel", "POST /api/loglevel"]);
    expect(admin.bodies).toEqual(["", '{"level":"debug"}']);
    expect(terminal.printed()).toBe("debug\ndebug\n");
    await expect(runLoglevel(["debg"], terminal)).rejects.toThrow("did you mean debug?");
  });
});
