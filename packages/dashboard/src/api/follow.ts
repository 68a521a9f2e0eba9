import { EventReader } from "./server-sent-events.ts";
import type { ServerSentEvent } from "./server-sent-events.ts";

/** How a stream is doing. */
export type FollowState =
  | { readonly state: "connecting" }
  | { readonly state: "open" }
  /** It ended, and is opened again after `retryInMs`. */
  | { readonly state: "waiting"; readonly reason: string; readonly retryInMs: number }
  /** The server wants a token; it is opened again when there is one. */
  | { readonly state: "token" }
  /** What is asked for is wrong, so that asking again does not help. */
  | { readonly state: "failed"; readonly reason: string };

export interface FollowOptions {
  /** Opens the stream. */
  readonly open: (signal: AbortSignal) => Promise<Pick<Response, "body">>;
  readonly onEvent: (event: ServerSentEvent) => void;
  readonly onState: (state: FollowState) => void;
  /** Resolves when there is a token. */
  readonly tokenGiven: (signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
  /** Without a byte for so long, the stream counts as ended. @default 35000 (two heartbeats missed) */
  readonly silenceMs?: number;
  /** Of the waits: from 0 to 1. @default Math.random */
  readonly random?: () => number;
}

/** Milliseconds before attempt number `attempt`, the first being 0: from 1 to 10 s, doubled each time. */
export function backoffMs(attempt: number, random: number): number {
  const ms = 1_000 * 2 ** Math.min(attempt, 4);
  // Some are earlier: not all pages come back at once.
  return Math.round(Math.min(10_000, Math.max(1_000, ms * (0.75 + random / 2))));
}

/** Reads a stream of events, and opens it again whenever it ends, until the signal aborts. */
export async function follow(options: FollowOptions): Promise<void> {
  const { onState, signal, tokenGiven, random = Math.random } = options;
  let attempt = 0;
  while (!signal.aborted) {
    try {
      // One stream at a time.
      // oxlint-disable-next-line no-await-in-loop
      await readAll(options, () => {
        attempt = 0;
      });
      throw new Error("the proxy ended the stream");
    } catch (error) {
      if (signal.aborted) return;
      const { status } = error as { status?: number };
      if (status === 401) {
        onState({ state: "token" });
        // oxlint-disable-next-line no-await-in-loop
        await tokenGiven(signal);
        continue;
      }
      const reason = error instanceof Error ? error.message : String(error);
      if (status === 400 || status === 404) return onState({ state: "failed", reason });
      const retryInMs = backoffMs(attempt, random());
      attempt += 1;
      onState({ state: "waiting", reason, retryInMs });
      // oxlint-disable-next-line no-await-in-loop
      await pause(retryInMs, signal);
    }
  }
}

async function readAll(options: FollowOptions, onFirst: () => void): Promise<void> {
  const { open, onEvent, onState, signal, silenceMs = 35_000 } = options;
  onState({ state: "connecting" });
  const silence = new AbortController();
  const ended = AbortSignal.any([signal, silence.signal]);
  const tooSilent = (): void => silence.abort(new Error("the proxy does not answer"));
  let timer = setTimeout(tooSilent, silenceMs);
  try {
    const { body } = await open(ended);
    if (body === null) throw new Error("the answer is empty");
    onState({ state: "open" });
    const reader = body.pipeThrough(new TextDecoderStream(), { signal: ended }).getReader();
    const events = new EventReader();
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(tooSilent, silenceMs);
      for (const event of events.push(value)) {
        onFirst();
        onEvent(event);
      }
    }
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves after `ms`, or when the signal aborts. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
  });
}
