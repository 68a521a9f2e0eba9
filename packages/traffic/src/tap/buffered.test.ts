import { Subject } from "rxjs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { TapEvent, TapMessage } from "../view/tap-event.ts";
import { buffered } from "./buffered.ts";

const event = (id: number): TapMessage => ({ kind: "event", event: { id: String(id) } as TapEvent });
const missed = (sampledOut: number, dropped: number): TapMessage => ({ kind: "missed", sampledOut, dropped });

function reader(maxBufferedEvents?: number) {
  const source = new Subject<TapMessage>();
  const onDropped = vi.fn<() => void>();
  const options = maxBufferedEvents === undefined ? { onDropped } : { maxBufferedEvents, onDropped };
  const iterator = buffered(source, options)[Symbol.asyncIterator]();
  const read = async () => (await iterator.next()).value as TapMessage | undefined;
  return { source, iterator, read, onDropped };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("buffered", () => {
  it("keeps what comes until it is read, in order", async () => {
    const { source, read } = reader();
    source.next(event(1));
    source.next(event(2));
    expect([await read(), await read()]).toEqual([event(1), event(2)]);
    const waiting = read();
    source.next(event(3));
    expect(await waiting).toEqual(event(3));
  });

  it("drops what there is no room for, and says how much at most once a second", async () => {
    const { source, read, onDropped } = reader(2);
    for (let n = 1; n <= 5; n++) source.next(event(n));
    expect(onDropped).toHaveBeenCalledTimes(3);
    expect([await read(), await read()]).toEqual([missed(0, 3), event(1)]);
    for (let n = 6; n <= 8; n++) source.next(event(n));
    source.next(missed(10, 0));
    expect([await read(), await read()]).toEqual([event(2), event(6)]);
    const waiting = read();
    await vi.advanceTimersByTimeAsync(999);
    source.next(event(9));
    expect(await waiting).toEqual(event(9));
    const last = read();
    await vi.advanceTimersByTimeAsync(1);
    expect(await last).toEqual(missed(10, 2));
  });

  it("has room for as many again once they are read", async () => {
    const { source, read, onDropped } = reader(3);
    for (let n = 0; n < 300; n += 3) {
      for (const more of [0, 1, 2]) source.next(event(n + more));
      for (const more of [0, 1, 2]) expect(await read()).toEqual(event(n + more));
    }
    expect(onDropped).not.toHaveBeenCalled();
  });

  it("ends with the source, after all that came", async () => {
    const { source, iterator } = reader(1);
    source.next(missed(1, 0));
    source.next(event(1));
    source.next(event(2));
    source.complete();
    expect(await iterator.next()).toMatchObject({ value: missed(1, 1) });
    expect(await iterator.next()).toMatchObject({ value: event(1) });
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  it("fails with what the source fails with, once", async () => {
    const { source, iterator } = reader();
    source.next(event(1));
    source.error(new Error("torn"));
    expect(await iterator.next()).toMatchObject({ value: event(1) });
    await expect(iterator.next()).rejects.toThrow("torn");
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  it("lets go of the source when it is left, also while it waits", async () => {
    const { source, iterator } = reader();
    const waiting = iterator.next();
    await iterator.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect([source.observed, vi.getTimerCount()]).toEqual([false, 0]);
    expect(() => buffered(source, { maxBufferedEvents: 0 })).toThrow(RangeError);
  });
});
