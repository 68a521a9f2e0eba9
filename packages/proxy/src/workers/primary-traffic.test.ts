import { fakeTime } from "@pagoda/core/testing";
import type { TrafficState } from "@pagoda/traffic";
import type { TapMessage, TapRequest } from "@pagoda/traffic/view";
import { describe, expect, it } from "vitest";

import { FakeWorker } from "../../test/fake-worker.ts";
import { tapEvent } from "../../test/traffic-view.ts";
import { createLog } from "../log.ts";
import { runPrimary } from "./primary.ts";
import type { Primary } from "./primary.ts";

const event: TapMessage = { kind: "event", event: tapEvent };

/** A state with so many requests, and a connection open. */
function state(requests: number): TrafficState {
  const counts = { requests, success: requests, retriable: 0, failure: 0, latency: [], errors: {} };
  return {
    atMs: 1,
    startedMs: 0,
    listeners: [],
    apis: [],
    topics: [],
    clients: [],
    brokers: [{ ...counts, listener: "main", nodeId: "1", inFlight: 1, connections: 1 }],
    edges: [],
    groups: [],
  };
}

function requestsIn(states: readonly TrafficState[]): number {
  return sum(states.flatMap(({ brokers }) => brokers.map(({ requests }) => requests)));
}

function connectionsIn(states: readonly TrafficState[]): number {
  return sum(states.flatMap(({ brokers }) => brokers.map(({ connections }) => connections)));
}

function sum(all: readonly number[]): number {
  return all.reduce((total, each) => total + each, 0);
}

/** Two workers, each answering `traffic` with its own state. */
async function run(): Promise<{ primary: Primary; forked: FakeWorker[]; worker: (n: number) => FakeWorker }> {
  const forked: FakeWorker[] = [];
  const primary = await runPrimary({
    count: 2,
    log: createLog({ level: "silent" }),
    fork: (id) => {
      const worker = new FakeWorker(id, forked.length + 100);
      worker.answer = ({ kind }) => (kind === "traffic" ? state(10) : true);
      forked.push(worker);
      queueMicrotask(() => worker.say({ type: "serving" }));
      return worker;
    },
    scrapeTimeoutMs: 50,
    traffic: {
      mergeStates: ([first, ...others]) => ({
        ...(first as TrafficState),
        brokers: [first as TrafficState, ...others].flatMap(({ brokers }) => brokers),
      }),
      tooManyTaps: (max) => new RangeError(`${max} taps`),
      maxTapSessions: 2,
    },
  });
  const worker = (n: number): FakeWorker => {
    const found = forked[n];
    if (found === undefined) throw new RangeError(`no worker ${n}`);
    return found;
  };
  return { primary, forked, worker };
}

/** What taps a worker was told to open and close. */
function tapsOf({ asked }: FakeWorker): readonly unknown[] {
  return asked.filter(({ kind }) => kind === "tapOpen" || kind === "tapClose");
}

function open(primary: Primary, request: TapRequest = {}) {
  const seen: TapMessage[] = [];
  const subscription = primary.openTap(request).subscribe((message) => seen.push(message));
  return { seen, close: () => subscription.unsubscribe() };
}

describe("the traffic of all workers", () => {
  const time = fakeTime();

  it("is a state of each", async () => {
    const { primary } = await run();
    const states = await primary.collectTraffic();
    expect([states.length, requestsIn(states)]).toEqual([2, 20]);
    await primary.kill();
  });

  it("does not fall when a worker is silent, or is replaced", async () => {
    const { primary, worker } = await run();
    await primary.collectTraffic();
    worker(0).answer = () => "silent";
    const silent = primary.collectTraffic();
    await time.advance(50);
    expect(requestsIn(await silent)).toBe(20);
    worker(0).end(null, "SIGKILL");
    await time.advance(0);
    const gone = await primary.collectTraffic();
    expect([requestsIn(gone), connectionsIn(gone)]).toEqual([20, 1]);
    await time.advance(100);
    expect(requestsIn(await primary.collectTraffic())).toBe(30);
    worker(2).end(1);
    await time.advance(0);
    expect(requestsIn(await primary.collectTraffic())).toBe(30);
    await primary.kill();
  });
});

describe("a tap over all workers", () => {
  const time = fakeTime();

  it("is opened in each, and closed when nobody listens any more", async () => {
    const { primary, worker } = await run();
    const request = { topic: "orders", maxPerSecond: 5 };
    const { close } = open(primary, request);
    close();
    for (const n of [0, 1]) {
      expect(tapsOf(worker(n))).toEqual([
        { kind: "tapOpen", session: 1, request },
        { kind: "tapClose", session: 1 },
      ]);
    }
    worker(0).say({ type: "tap", session: 1, message: event });
    await primary.kill();
  });

  it("is opened in a worker that replaces another", async () => {
    const { primary, worker } = await run();
    const { seen, close } = open(primary);
    open(primary).close();
    worker(1).end(1);
    await time.advance(100);
    expect(tapsOf(worker(2))).toEqual([{ kind: "tapOpen", session: 1, request: {} }]);
    worker(2).say({ type: "tap", session: 1, message: event });
    expect(seen.length).toBe(1);
    close();
    await primary.kill();
  });

  it("tells connections of workers apart", async () => {
    const { primary, worker } = await run();
    const { seen } = open(primary);
    worker(1).say({ type: "tap", session: 1, message: event });
    expect(seen).toEqual([{ kind: "event", event: { ...tapEvent, id: "2.7:1842", connection: "2.7" } }]);
    open(primary, { connection: "2.7" });
    expect(tapsOf(worker(0)).length).toBe(1);
    expect(tapsOf(worker(1))[1]).toMatchObject({ session: 2, request: { connection: "7" } });
    await primary.kill();
  });

  it("holds to maxPerSecond for all together, and says what it left out", async () => {
    const { primary, worker } = await run();
    const { seen } = open(primary, { maxPerSecond: 3 });
    for (const n of [0, 1]) {
      for (let sent = 0; sent < 3; sent++) worker(n).say({ type: "tap", session: 1, message: event });
    }
    expect(seen.length).toBe(3);
    worker(0).say({ type: "tap", session: 1, message: { kind: "missed", sampledOut: 4, dropped: 2 } });
    await time.advance(1_000);
    expect(seen.slice(3)).toEqual([{ kind: "missed", sampledOut: 7, dropped: 2 }]);
    worker(0).say({ type: "tap", session: 1, message: event });
    expect(seen.length).toBe(5);
    await primary.kill();
  });

  it("is refused where there are too many", async () => {
    const { primary } = await run();
    const early = primary.openTap({});
    const taps = [open(primary), open(primary)];
    expect(() => primary.openTap({})).toThrow("2 taps");
    let failure: unknown;
    early.subscribe({ error: (error: unknown) => (failure = error) });
    expect(failure).toMatchObject({ message: "2 taps" });
    taps[0]?.close();
    expect(() => primary.openTap({})).not.toThrow();
    for (const { close } of taps) close();
    await primary.kill();
    expect(time.timers).toBe(0);
  });
});

describe("clusters and connections of all workers", () => {
  const time = fakeTime();

  it("are merged, without those of a worker that does not answer", async () => {
    const { primary, worker } = await run();
    const broker = { nodeId: 1, upstream: "b:9092", rack: null, advertised: null };
    const cluster = {
      name: "c",
      listener: "main",
      clusterId: null,
      controller: null,
      bootstrap: [],
      brokers: [],
    };
    const connection = { id: "7", listener: "main" };
    worker(0).answer = ({ kind }) => (kind === "clusters" ? [cluster] : [connection]);
    worker(1).answer = ({ kind }) =>
      kind === "clusters" ? [{ ...cluster, brokers: [broker] }] : [connection];
    expect(await primary.clusters()).toEqual([{ ...cluster, brokers: [broker] }]);
    expect(await primary.connections()).toMatchObject([{ id: "1.7" }, { id: "2.7" }]);
    worker(1).answer = () => "silent";
    const silent = primary.connections();
    await time.advance(50);
    expect(await silent).toMatchObject([{ id: "1.7" }]);
    await primary.kill();
  });
});
