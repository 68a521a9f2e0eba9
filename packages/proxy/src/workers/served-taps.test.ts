import type { TapMessage } from "@pagoda/traffic/view";
import { Subject } from "rxjs";
import { describe, expect, it } from "vitest";

import { tapEvent } from "../../test/traffic-view.ts";
import { ServedTaps } from "./served-taps.ts";

const event: TapMessage = { kind: "event", event: tapEvent };

function taps(maxUnsent = 2) {
  const opened: Subject<TapMessage>[] = [];
  const said: [number, TapMessage][] = [];
  const failures: unknown[] = [];
  let unsent: (() => void)[] = [];
  const served = new ServedTaps({
    open: () => {
      const events = new Subject<TapMessage>();
      opened.push(events);
      return events;
    },
    send: (session, message, sent) => {
      said.push([session, message]);
      unsent.push(sent);
    },
    onFailed: (error) => failures.push(error),
    maxUnsent,
  });
  const allSent = (): void => {
    for (const sent of unsent) sent();
    unsent = [];
  };
  return { served, opened, said, failures, allSent };
}

describe("the taps in a worker", () => {
  it("send what they see under their session's number", () => {
    const { served, opened, said } = taps();
    served.open(1, {});
    served.open(2, {});
    opened[1]?.next(event);
    expect(said).toEqual([[2, event]]);
  });

  it("are open once, however often they are opened", () => {
    const { served, opened } = taps();
    served.open(1, {});
    served.open(1, {});
    expect([opened.length, served.size]).toEqual([1, 1]);
  });

  it("drop what a channel does not take, and say how much before they go on", () => {
    const { served, opened, said, allSent } = taps();
    served.open(1, {});
    for (let n = 0; n < 5; n++) opened[0]?.next(event);
    expect(said.length).toBe(2);
    allSent();
    opened[0]?.next(event);
    expect(said.slice(2)).toEqual([
      [1, { kind: "missed", sampledOut: 0, dropped: 3 }],
      [1, event],
    ]);
  });

  it("see nothing once they are closed", () => {
    const { served, opened, said } = taps();
    served.open(1, {});
    served.open(2, {});
    served.close(1);
    served.close(9);
    expect([opened[0]?.observed, opened[1]?.observed]).toEqual([false, true]);
    served.closeAll();
    expect([opened[1]?.observed, served.size, said]).toEqual([false, 0, []]);
  });

  it("report a failure of theirs", () => {
    const { served, opened, failures } = taps();
    served.open(1, {});
    opened[0]?.error("broken");
    expect(failures).toEqual(["broken"]);
  });
});
