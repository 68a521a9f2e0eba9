import { fakeTime } from "@pagoda/core/testing";
import { describe, expect, it, vi } from "vitest";

import { clientRow, listenerRow, stateAt } from "../../test/traffic-states.ts";
import type { TrafficState } from "../state/state.ts";
import type { TrafficView } from "../view/view.ts";
import { TrafficViews } from "./traffic-views.ts";
import type { TrafficViewsOptions } from "./traffic-views.ts";

describe("TrafficViews", () => {
  const time = fakeTime();

  /** Collects a state that is a second later, with ten requests more, each time. */
  function collecting(options: TrafficViewsOptions = {}) {
    const collect = vi.fn<() => TrafficState | Promise<TrafficState>>();
    let second = 0;
    collect.mockImplementation(() => {
      second++;
      return stateAt(second, { listeners: [listenerRow({ requests: 10 * second })] });
    });
    const views = new TrafficViews(collect, options);
    return { collect, views };
  }

  it("collects at once and then each second, asked or not", async () => {
    const { collect, views } = collecting();
    expect(views.view("10s")).toMatchObject({ windowSeconds: 1, totals: { requestsPerSecond: 10 } });
    await time.advance(4_000);
    expect(collect).toHaveBeenCalledTimes(5);
    expect(views.view("10s").windowSeconds).toBe(5);
    views[Symbol.dispose]();
  });

  it("streams the view of now and one after each sample, the same to all", async () => {
    const { views } = collecting();
    const seen: TrafficView[][] = [[], []];
    for (const list of seen) views.stream("1m").subscribe((view) => list.push(view));
    await time.advance(2_000);
    expect(seen[0]?.map(({ windowSeconds }) => windowSeconds)).toEqual([1, 2, 3]);
    expect(seen[1]?.every((view, n) => view === seen[0]?.[n])).toBe(true);
    views[Symbol.dispose]();
  });

  it("computes no view while nobody asks", async () => {
    const read = vi.fn<() => readonly []>(() => []);
    const views = new TrafficViews(() => {
      const state = stateAt(Math.round(performance.now()));
      // Software of clients is in views alone: no rate needs it.
      const client = Object.defineProperty({ ...clientRow() }, "software", { get: read });
      return { ...state, clients: [client] };
    });
    await time.advance(5_000);
    expect(read).not.toHaveBeenCalled();
    views.view("10s");
    expect(read).toHaveBeenCalledOnce();
    views[Symbol.dispose]();
  });

  it("leaves out a sample that fails, and reports it once until one does not", async () => {
    const errors: Error[] = [];
    const { collect, views } = collecting({ onError: (error) => errors.push(error) });
    collect.mockRejectedValueOnce(new Error("first")).mockImplementationOnce(() => {
      throw new Error("second");
    });
    await time.advance(2_000);
    expect(errors.map(({ message }) => message)).toEqual(["first"]);
    await time.advance(1_000);
    expect(views.view("10s").at).toBe(stateAt(2).atMs);
    collect.mockRejectedValueOnce(new Error("third"));
    await time.advance(1_000);
    expect(errors.map(({ message }) => message)).toEqual(["first", "third"]);
    views[Symbol.dispose]();
  });

  it("waits five seconds for a sample at most, and does not ask again meanwhile", async () => {
    const onError = vi.fn<(error: Error) => void>();
    const { collect, views } = collecting({ onError, everyMs: 2_000 });
    collect.mockReturnValueOnce(new Promise(() => {}));
    await time.advance(6_900);
    expect(collect).toHaveBeenCalledTimes(2);
    expect(onError).not.toHaveBeenCalled();
    await time.advance(1_200);
    expect(onError).toHaveBeenCalledOnce();
    expect(onError.mock.calls[0]?.[0].message).toBe("no state of the traffic within 5000 ms");
    expect(collect).toHaveBeenCalledTimes(3);
    views[Symbol.dispose]();
  });

  it("does not look at a sample that comes too late", async () => {
    const { collect, views } = collecting({ onError: () => {}, everyMs: 2_000 });
    const late = Promise.withResolvers<TrafficState>();
    collect.mockReturnValueOnce(late.promise);
    await time.advance(7_500);
    late.resolve(stateAt(1_000));
    await time.advance(100);
    expect(views.view("10s").at).toBe(stateAt(1).atMs);
    views[Symbol.dispose]();
  });

  it("stops collecting and ends streams when it is disposed of", async () => {
    const { collect, views } = collecting();
    const complete = vi.fn<() => void>();
    views.stream("10s").subscribe({ complete });
    views[Symbol.dispose]();
    await time.advance(3_000);
    expect(complete).toHaveBeenCalledOnce();
    expect(collect).toHaveBeenCalledOnce();
    expect(time.timers).toBe(0);
    expect(views.view("10s").windowSeconds).toBe(1);
  });

  it("has an empty view before there is any state", () => {
    const views = new TrafficViews(() => new Promise(() => {}), { now: () => 42 });
    expect(views.view("15m")).toMatchObject({ at: 42, window: "15m", windowSeconds: 0 });
    views[Symbol.dispose]();
  });

  it("refuses durations and bounds that are none", () => {
    expect(() => collecting({ everyMs: 0 })).toThrow(/^everyMs must be > 0/);
    expect(() => collecting({ collectTimeoutMs: Number.NaN })).toThrow(/^collectTimeoutMs must be > 0/);
    expect(() => collecting({ maxNumbers: -1 })).toThrow(/^maxNumbers must be > 0, got -1$/);
  });
});
