import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";

import { eventually } from "./support/eventually.ts";
import { echoClient, echoOnce, startEchoWorkers } from "./support/echo-workers.ts";
import type { EchoWorkers } from "./support/echo-workers.ts";

const opened = 'pagoda_tcp_open_total{listener="main",direction="inbound",peer="src",tls="false"}';

function restarts(reason: string): string {
  return `pagoda_worker_restarts_total{reason="${reason}"}`;
}

async function allServe(workers: EchoWorkers): Promise<void> {
  await eventually(async () => {
    const { workers: each } = await workers.status();
    expect(each.map(({ state }) => state)).toEqual(each.map(() => "serving"));
  });
}

async function pidOf(workers: EchoWorkers, id: number): Promise<number> {
  return (await workers.status()).workers.find((each) => each.id === id)?.pid ?? 0;
}

describe("workers", () => {
  it("share every port and spread connections evenly, with one page of metrics", async () => {
    await using workers = await startEchoWorkers({ ports: Array.from({ length: 17 }, () => 0) });
    expect(new Set(workers.ports).size).toBe(17);
    for (const port of workers.ports) {
      const answers = await Promise.all([echoOnce(port, "hello"), echoOnce(port, "hello")]);
      expect(answers.toSorted()).toEqual(["1 hello", "2 hello"]);
    }
    expect(await workers.metric(opened)).toBe(2);
    expect(await workers.metric('pagoda_workers{state="serving"}')).toBe(2);
    expect(await workers.metric('pagoda_listener_state{listener="main",state="serving"}')).toBe(1);
    const page = await workers.get("/metrics");
    for (const worker of ["primary", "1", "2"]) {
      expect(page).toMatch(new RegExp(`^process_resident_memory_bytes\\{worker="${worker}"\\} \\d+$`, "m"));
    }
  });

  it("replaces a worker killed under load: the other serves on, and no counter goes down", async () => {
    await using workers = await startEchoWorkers({});
    const [port = 0] = workers.ports;
    const clients = Array.from({ length: 8 }, () => echoClient(port));
    const ids = await Promise.all(clients.map((client) => client.ask("who")));
    const counted = [await workers.metric(opened)];
    process.kill(await pidOf(workers, 1), "SIGKILL");
    for (const [n, client] of clients.entries()) {
      if (ids[n] === "2 who") expect(await client.ask("on")).toBe("2 on");
      else await expect(client.ask("on")).rejects.toThrow("ended");
    }
    // New connections are served all the while.
    await eventually(async () => {
      counted.push(await workers.metric(opened));
      // One that was on its way to the dead worker is closed, and comes again.
      expect(await echoOnce(port, "new").catch(() => echoOnce(port, "new"))).toMatch(/^[12] new$/);
      expect(await workers.metric(restarts("crash"))).toBe(1);
    });
    await allServe(workers);
    counted.push(await workers.metric(opened));
    expect(counted).toEqual(counted.toSorted((a, b) => a - b));
    expect(counted[0]).toBe(8);
    for (const { socket } of clients) socket.destroy();
  });

  it("closes the connection that was on its way to a worker that died: its client does not wait", async () => {
    await using workers = await startEchoWorkers({});
    const [port = 0] = workers.ports;
    const pid = await pidOf(workers, 1);
    process.kill(pid, "SIGSTOP");
    const answers = Array.from({ length: 20 }, () => echoOnce(port, "hello"));
    // The other answers what it was given, while one connection waits for the one that stands still.
    await Promise.any(answers);
    process.kill(pid, "SIGKILL");
    const settled = await Promise.allSettled(answers);
    expect(settled.filter(({ status }) => status === "rejected").length).toBeLessThanOrEqual(1);
  });

  it("drains on SIGTERM to the whole group with no answer lost, and ends with 0", async () => {
    await using workers = await startEchoWorkers({});
    const [port = 0] = workers.ports;
    const clients = Array.from({ length: 8 }, () => echoClient(port));
    await Promise.all(clients.map((client) => client.ask("hello")));
    const answers = clients.map((client) => client.ask("slow 1000 last"));
    await eventually(async () => {
      expect(await workers.get("/status")).toContain('"connections":8');
    });
    workers.signal("SIGTERM", { group: true });
    expect(await Promise.all(answers)).toEqual(
      expect.arrayContaining(["1 slow 1000 last", "2 slow 1000 last"]),
    );
    expect(await workers.exited).toBe(0);
    expect(workers.log.filter(({ msg }) => msg.includes("replac"))).toEqual([]);
  });

  it("ends at once on a second signal", async () => {
    await using workers = await startEchoWorkers({ drainTimeoutMs: 100_000 });
    const client = echoClient(workers.ports[0] ?? 0);
    await client.ask("hello");
    workers.signal("SIGTERM");
    await eventually(() => {
      expect(workers.log.some(({ msg }) => msg === "draining all workers")).toBe(true);
    });
    workers.signal("SIGTERM");
    expect(await workers.exited).toBe(1);
  });

  it("ends with a failure when a worker cannot be kept running", async () => {
    await using workers = await startEchoWorkers({ maxRestartsPerMinute: 2 });
    workers.configure("crash");
    process.kill(await pidOf(workers, 2), "SIGKILL");
    expect(await workers.exited).toBe(1);
    expect(workers.log).toContainEqual(
      expect.objectContaining({
        level: "fatal",
        err: expect.objectContaining({ code: "WORKER_CRASH_LOOP" }),
      }),
    );
  });

  it("keeps serving with the others while a worker cannot begin with a file that went bad", async () => {
    await using workers = await startEchoWorkers({ maxRestartsPerMinute: 1 });
    workers.configure("bad");
    process.kill(await pidOf(workers, 2), "SIGKILL");
    await eventually(() => {
      expect(workers.log).toContainEqual(
        expect.objectContaining({ err: expect.objectContaining({ message: "the configuration is bad" }) }),
      );
    });
    expect(await echoOnce(workers.ports[0] ?? 0, "still")).toBe("1 still");
    workers.configure("one");
    await allServe(workers);
  });

  it("kills and replaces a worker that hangs", async () => {
    await using workers = await startEchoWorkers({ heartbeatMs: 200, hungAfterMs: 2_000 });
    const [port = 0] = workers.ports;
    echoClient(port)
      .ask("hang")
      .catch(() => {});
    await eventually(async () => {
      expect(await workers.metric(restarts("hung"))).toBe(1);
    });
    await allServe(workers);
    expect(await workers.metric(restarts("crash"))).toBe(0);
  });

  it("replaces a worker that ends by itself, though with 0", async () => {
    await using workers = await startEchoWorkers({});
    echoClient(workers.ports[0] ?? 0)
      .ask("exit")
      .catch(() => {});
    await eventually(async () => {
      expect(await workers.metric(restarts("exit"))).toBe(1);
    });
    await allServe(workers);
  });

  it("says once that a port is taken", async () => {
    await using taken = createServer();
    await new Promise<void>((resolve) => {
      taken.listen(0, "127.0.0.1", resolve);
    });
    const { port } = taken.address() as AddressInfo;
    await using workers = await startEchoWorkers({ ports: [port] });
    expect(await workers.exited).toBe(1);
    expect(workers.stderr.split("\n").filter((line) => line !== "")).toEqual([
      expect.stringMatching(`^pagoda: listener main: cannot listen on 127.0.0.1:${port}: the port is in use`),
    ]);
  });

  it("ends with 78 and one message when the configuration is bad", async () => {
    await using workers = await startEchoWorkers({}, "bad");
    expect(await workers.exited).toBe(78);
    expect(workers.stderr).toBe("pagoda: the configuration is bad\n");
  });

  it("reloads all workers, or none when the configuration is bad", async () => {
    await using workers = await startEchoWorkers({});
    workers.configure("two");
    expect(JSON.parse(await workers.get("/reload"))).toEqual({
      outcome: "success",
      hash: "two",
      message: "",
    });
    expect(await workers.metric('pagoda_config_info{hash="two",source="file"}')).toBe(1);
    workers.configure("bad");
    expect(JSON.parse(await workers.get("/reload"))).toMatchObject({ outcome: "rejected", hash: "two" });
    expect(await workers.metric('pagoda_config_reloads_total{outcome="success"}')).toBe(1);
    expect(await workers.metric('pagoda_config_reloads_total{outcome="rejected"}')).toBe(1);
  });

  it("drain and end when the primary is killed", async () => {
    await using workers = await startEchoWorkers({});
    const client = echoClient(workers.ports[0] ?? 0);
    await client.ask("hello");
    const pids = (await workers.status()).workers.map(({ pid }) => pid ?? 0);
    const answer = client.ask("slow 1000 last");
    workers.signal("SIGKILL");
    expect(await answer).toMatch(/last$/);
    await eventually(() => {
      for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    });
  });
});
