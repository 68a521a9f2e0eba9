import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";

interface Report {
  readonly accepted: number;
  readonly open: number;
  readonly errors: readonly string[];
}

let child: ChildProcess | undefined;
const clients: Socket[] = [];
afterEach(() => {
  child?.kill();
  for (const client of clients.splice(0)) client.destroy();
});

/** Connects, and waits until the other side has answered by closing or the next one is served. */
async function open(port: number): Promise<Socket> {
  const client = connect(port, "127.0.0.1");
  clients.push(client);
  client.on("error", () => {});
  await once(client, "connect");
  return client.resume();
}

async function ask(child: ChildProcess, command: string): Promise<Report> {
  child.send(command);
  const [report] = await once(child, "message");
  return report as Report;
}

describe.runIf(process.platform === "linux")("a listener without a file descriptor left", () => {
  it("loses what it cannot take, and accepts again once there are some", async () => {
    const node = [process.execPath, "--conditions=@pagoda/source", join(import.meta.dirname, "descriptors.fixture.ts")];
    // 45: what Node itself holds, and some twenty connections.
    child = spawn("sh", ["-c", 'ulimit -n 45 && exec "$@"', "sh", ...node], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    const [{ port }] = (await once(child, "message")) as [{ port: number }];

    const all = await Promise.all(Array.from({ length: 60 }, () => open(port)));
    const lost = all.filter((client) => client.readableEnded || client.destroyed);
    await Promise.race(all.filter((client) => !lost.includes(client)).map((client) => once(client, "close")));
    const full = await ask(child, "report");
    expect(full.accepted).toBeGreaterThan(0);
    expect(full.accepted).toBeLessThan(60);

    child.send("free");
    await Promise.all(all.map(async (client) => client.destroyed || once(client, "close")));
    await open(port);
    let report: Report;
    do report = await ask(child, "report");
    while (report.accepted === 0);
    expect(report.open).toBe(1);
  });
});
