import { fakeTime } from "@pagoda/core/testing";
import { describe, expect, it } from "vitest";

import { FakeWorker } from "../../test/fake-worker.ts";
import { createLog } from "../log.ts";
import { runPrimary } from "./primary.ts";
import type { Primary, PrimaryOptions } from "./primary.ts";
import type { WorkerProcess } from "./worker-process.ts";

const failure = {
  message: "port taken",
  code: "LISTEN_PORT_IN_USE",
  kind: "invalid",
  retriable: false,
  exitCode: 78,
} as const;

interface Running {
  readonly primary: Primary;
  /** Every worker forked so far. */
  readonly forked: FakeWorker[];
  /** The value of a line of the metrics page. */
  readonly sample: (line: RegExp) => Promise<number | undefined>;
}

/** @param begin what a new worker does. @default it serves */
async function run(
  options: Partial<PrimaryOptions> = {},
  begin = (worker: FakeWorker): void => worker.say({ type: "serving" }),
): Promise<Running> {
  const forked: FakeWorker[] = [];
  const fork = (id: number): WorkerProcess => {
    const worker = new FakeWorker(id, forked.length + 100);
    forked.push(worker);
    queueMicrotask(() => begin(worker));
    return worker;
  };
  const primary = await runPrimary({ count: 2, log: createLog({ level: "silent" }), fork, ...options });
  const sample = async (line: RegExp): Promise<number | undefined> => {
    const value = new RegExp(`^${line.source} (.*)$`, "m").exec(
      await (await primary.metrics()).metrics(),
    )?.[1];
    return value === undefined ? undefined : Number(value);
  };
  return { primary, forked, sample };
}

function at<T>(all: readonly T[], index: number): T {
  const found = all[index];
  if (found === undefined) throw new RangeError(`nothing at ${index}`);
  return found;
}

describe("runPrimary", () => {
  const time = fakeTime();

  it("fails with the first worker's own error, and forks no other", async () => {
    const begun: FakeWorker[] = [];
    const failed = run({}, (worker) => {
      begun.push(worker);
      worker.say({ type: "failed", error: failure });
    });
    await expect(failed).rejects.toMatchObject({
      code: "LISTEN_PORT_IN_USE",
      exitCode: 78,
      message: "port taken",
    });
    expect(begun.length).toBe(1);
    expect(time.timers).toBe(0);
  });

  it("fails when a worker does not begin in time, and leaves no process", async () => {
    const failed = expect(run({ startTimeoutMs: 500 }, () => {})).rejects.toMatchObject({
      code: "WORKER_TIMEOUT",
    });
    await time.advance(500);
    await failed;
    expect(time.timers).toBe(0);
  });

  it("keeps the counters of a worker that died, and drops its gauges", async () => {
    const { primary, forked, sample } = await run();
    for (const worker of forked) {
      worker.requests.inc(10);
      worker.open.set(1);
    }
    expect(await sample(/a_total/)).toBe(20);
    at(forked, 0).end(null, "SIGKILL");
    await time.advance(0);
    expect(await sample(/a_total/)).toBe(20);
    expect(await sample(/a_open/)).toBe(1);
    expect(await sample(/pagoda_workers\{state="restarting"\}/)).toBe(1);
    await time.advance(100);
    at(forked, 2).requests.inc(1);
    expect(await sample(/a_total/)).toBe(21);
    expect(await sample(/pagoda_worker_restarts_total\{reason="crash"\}/)).toBe(1);
    await primary.kill();
  });

  it("stands in for a worker that does not answer a scrape with the counters it had", async () => {
    const { primary, forked, sample } = await run({ scrapeTimeoutMs: 50 });
    for (const worker of forked) {
      worker.requests.inc(10);
      worker.open.set(1);
    }
    expect(await sample(/a_total/)).toBe(20);
    at(forked, 0).answer = () => "silent";
    const total = sample(/a_total/);
    await time.advance(50);
    expect(await total).toBe(20);
    const open = sample(/a_open/);
    await time.advance(50);
    expect(await open).toBe(1);
    const failures = sample(/pagoda_worker_scrape_failures_total/);
    await time.advance(50);
    expect(await failures).toBe(3);
    await primary.kill();
  });

  it("waits longer before each restart, and gives up when there are too many in a minute", async () => {
    let crash = false;
    const { primary, forked } = await run({ count: 1, maxRestartsPerMinute: 3 }, (worker) =>
      crash ? worker.end(3) : worker.say({ type: "serving" }),
    );
    crash = true;
    at(forked, 0).end(3);
    const failed = expect(primary.failed).rejects.toMatchObject({ code: "WORKER_CRASH_LOOP" });
    await time.advance(99.9 + 199.9 + 399.9);
    await failed;
    expect(forked.length).toBe(4);
    await time.advance(60_000);
    expect(forked.length).toBe(4);
  });

  it("kills a worker that answers no heartbeat, and replaces it as hung", async () => {
    const { primary, forked, sample } = await run({ heartbeatMs: 1_000, hungAfterMs: 3_000 });
    at(forked, 1).answer = () => "silent";
    await time.advance(4_000);
    await time.advance(100);
    expect(forked.map(({ id }) => id)).toEqual([1, 2, 2]);
    expect(await sample(/pagoda_worker_restarts_total\{reason="hung"\}/)).toBe(1);
    await primary.kill();
  });

  it("does not replace workers that end while draining", async () => {
    const { primary, forked } = await run();
    for (const worker of forked) worker.answer = ({ kind }) => (kind === "drain" ? "drained" : true);
    expect(await primary.drain({ deadlineMs: 1_000 })).toBe("drained");
    at(forked, 0).end(1);
    await primary[Symbol.asyncDispose]();
    await time.advance(60_000);
    expect(forked.length).toBe(2);
    expect(time.timers).toBe(0);
  });

  it("drained by force when a worker does not say that it is", async () => {
    const { primary, forked } = await run();
    at(forked, 0).answer = ({ kind }) => (kind === "drain" ? "silent" : true);
    at(forked, 1).answer = ({ kind }) => (kind === "drain" ? "drained" : true);
    const drained = primary.drain({ deadlineMs: 1_000 });
    await time.advance(6_000);
    expect(await drained).toBe("forced");
    await primary.kill();
  });

  it("asks no other worker to reload what the first one rejected", async () => {
    const { primary, forked } = await run();
    const rejected = { outcome: "rejected", hash: "old", message: "bad" };
    at(forked, 0).answer = ({ kind }) => (kind === "reload" ? rejected : true);
    expect(await primary.reload()).toEqual(rejected);
    expect(at(forked, 1).asked).toEqual([]);
    await primary.kill();
  });

  it("calls a reload partial when workers end with two configurations", async () => {
    const { primary, forked } = await run();
    const messages = ["", "main listens"];
    for (const [n, worker] of forked.entries()) {
      worker.answer = () => ({ outcome: "success", hash: `h${n}`, message: messages[n] });
    }
    expect(await primary.reload()).toEqual({
      outcome: "partial",
      hash: "h0",
      message: "worker 1: success h0; worker 2: success h1 (main listens)",
    });
    await primary.kill();
  });

  it("runs one reload for all who asked while another one ran", async () => {
    const { primary, forked } = await run({ count: 1 });
    at(forked, 0).answer = () => ({ outcome: "success", hash: "h", message: "" });
    await Promise.all([primary.reload(), primary.reload(), primary.reload()]);
    expect(at(forked, 0).asked.length).toBe(2);
    await primary.reload();
    expect(at(forked, 0).asked.length).toBe(3);
    await primary.kill();
  });

  it("tells the log level to workers that come later", async () => {
    const { primary, forked } = await run({ count: 1 });
    primary.setLogLevel("debug");
    at(forked, 0).end(1);
    await time.advance(100);
    expect(at(forked, 1).asked).toEqual([{ kind: "logLevel", level: "debug" }]);
    await primary.kill();
  });

  it("goes on after messages that make no sense", async () => {
    const { primary, forked } = await run({ count: 1 });
    for (const message of [undefined, "text", { mark: "pagoda-worker-1" }])
      at(forked, 0).saySomething(message);
    at(forked, 0).say({ type: "answer", id: 99, value: true });
    expect(forked.length).toBe(1);
    await primary.kill();
  });
});
