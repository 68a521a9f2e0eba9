import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { backoffMs, follow } from "./follow.ts";
import type { FollowOptions, FollowState } from "./follow.ts";
import { AnswerError } from "./request.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Follows what `open` answers, until `ended` aborts. */
function started(open: FollowOptions["open"], rest: Partial<FollowOptions> = {}) {
  const states: FollowState[] = [];
  const events: string[] = [];
  const ended = new AbortController();
  const done = follow({
    open,
    onEvent: ({ data }) => events.push(data),
    onState: (state) => states.push(state),
    tokenGiven: async () => {},
    signal: ended.signal,
    random: () => 0.5,
    ...rest,
  });
  return { states, events, ended, done };
}

function answer(text: string): Pick<Response, "body"> {
  return new Response(text);
}

describe("follow", () => {
  it("opens the stream again, after a second, when it ends", async () => {
    const open = vi.fn(async () => answer("data: 1\n\n"));
    const { states, events, ended, done } = started(open);
    await vi.waitFor(() => expect(states.at(-1)).toMatchObject({ state: "waiting", retryInMs: 1_000 }));
    expect(events).toEqual(["1"]);
    await vi.advanceTimersByTimeAsync(1_000);
    await vi.waitFor(() => expect(events).toEqual(["1", "1"]));
    ended.abort();
    await done;
    expect(open).toHaveBeenCalledTimes(2);
  });

  it("waits for a token on 401", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const open = vi
      .fn<FollowOptions["open"]>()
      .mockRejectedValueOnce(new AnswerError(401, "show the token"))
      .mockResolvedValue(answer("data: 1\n\n"));
    const { states, events, ended, done } = started(open, { tokenGiven: () => promise });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(states.at(-1)).toEqual({ state: "token" });
    resolve();
    await vi.waitFor(() => expect(events).toEqual(["1"]));
    ended.abort();
    await done;
  });

  it("gives up when what is asked for is wrong", async () => {
    const { states, done } = started(() => Promise.reject(new AnswerError(400, "window must be one of 10s")));
    await done;
    expect(states.at(-1)).toEqual({ state: "failed", reason: "window must be one of 10s" });
  });

  it("counts a stream as ended that says nothing for long", async () => {
    const silent = (): Promise<Pick<Response, "body">> =>
      Promise.resolve(new Response(new ReadableStream({ start() {} })));
    const { states, ended, done } = started(silent, { silenceMs: 5_000 });
    await vi.advanceTimersByTimeAsync(5_000);
    await vi.waitFor(() => expect(states.some(({ state }) => state === "waiting")).toBe(true));
    ended.abort();
    await done;
  });
});

it("waits from 1 to 10 seconds, longer each time", () => {
  expect([0, 1, 2, 3, 4, 50].map((attempt) => backoffMs(attempt, 0.5))).toEqual([
    1_000, 2_000, 4_000, 8_000, 10_000, 10_000,
  ]);
  expect(backoffMs(0, 0)).toBe(1_000);
  expect(backoffMs(9, 1)).toBe(10_000);
});
