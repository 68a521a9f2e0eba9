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

async function open(port: number): Promise<Socket> {
  const client = connect(port, "127.0.0.1");
  clients.push(client);
  client.on("error", () => {});
  await once(client, "connect");
  return client.resume();
}

async function closed(client: Socket): Promise<void> {
  if (!client.closed) await once(client, "close");
}

async function ask(child: ChildProcess, command: string): Promise<Report> {
  child.send(command);
  const [report] = await once(child, "message");
  return report as Report;
}

describe.runIf(process.platform === "linux")("a listener without a file descriptor left", () => {
  it("loses what it cannot take, and accepts again once there are some", async () => {
    const node = [
      process.execPath,
      "--conditions=@pagoda/source",
      join(import.meta.dirname, "descriptors.fixture.ts"),
    ];
    // 64: what Node itself holds (about twenty), and some forty connections.
    child = spawn("sh", ["-c", 'ulimit -n 64 && exec "$@"', "sh", ...node], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    const [{ port }] = (await once(child, "message")) as [{ port: number }];

    const all = await Promise.all(Array.from({ length: 100 }, () => open(port)));
    // Some are closed at once, with nobody told: there was no descriptor to take them with.
    await Promise.race(all.map(closed));
    const full = await ask(child, "report");
    expect(full.accepted).toBeGreaterThan(0);
    expect(full.accepted).toBeLessThan(100);

    child.send("free");
    await Promise.all(all.map(closed));
    await open(port);
    let report: Report;
    do report = await ask(child, "report");
    while (report.accepted === 0);
    expect(report.open).toBe(1);
  });
});
