import { messageOf } from "@pagoda/core";

import type { AdminClient } from "../admin-client/client.ts";
import { adminClient } from "../admin-client/flags.ts";
import { trafficOf, watchTraffic } from "../admin-client/traffic.ts";
import { exitCodes } from "../exit.ts";
import { readFlags } from "../flags.ts";
import { interrupted } from "../interrupted.ts";
import { processTerminal } from "../output/terminal.ts";
import type { Terminal } from "../output/terminal.ts";
import { formatTapLine } from "@pagoda/traffic/view";
import { emptyHint } from "../see/empty.ts";
import { readWindow } from "../see/flags.ts";
import { isQuiet } from "../see/stat.ts";
import { tableOf } from "../see/tables.ts";
import { tapMessages } from "../see/tap.ts";
import { topFlags } from "./command.ts";
import { pressKey } from "./keys.ts";
import type { Key } from "./keys.ts";
import { pageOf, renderTop } from "./render.ts";
import { takeScreen } from "./screen.ts";
import { firstState, withTapLines, withTraffic } from "./state.ts";
import type { TopState } from "./state.ts";

/** @throws UsageError, and what AdminClient throws */
export async function runTop(args: readonly string[], terminal?: Terminal): Promise<number> {
  const values = readFlags("top", topFlags, args);
  const window = readWindow(values.window);
  const client = adminClient(values);
  const out = terminal ?? processTerminal({ noColor: values["no-color"] !== undefined });
  const isInteractive = terminal === undefined && process.stdin.isTTY && process.stdout.isTTY;
  const first = await trafficOf(client, window);
  if (!isInteractive) {
    const lines = tableOf(first, "apis", out.now()).lines({ width: out.columns(), color: out.color });
    await out.print(isQuiet(first) ? await emptyHint(client) : `${lines.join("\n")}\n`);
    return exitCodes.ok;
  }

  using interrupt = interrupted();
  const quit = new AbortController();
  const signal = AbortSignal.any([quit.signal, interrupt.signal]);
  let state = withTraffic(firstState, first);
  const taps = new Taps(client, (change) => update(change(state)));
  const update = (next: TopState): void => {
    state = next;
    taps.follow(state);
    screen.draw(
      renderTop(state, { columns: out.columns() ?? 80, rows: out.rows(), color: out.color, now: out.now() }),
    );
  };
  const onKey = (key: Key): void => {
    const { state: next, quits } = pressKey(state, key, { page: pageOf(out.rows()), now: out.now() });
    if (quits === true) quit.abort();
    else update(next);
  };
  using screen = takeScreen({
    input: process.stdin,
    output: process.stdout,
    onKey,
    onResize: () => update(state),
  });
  using _taps = taps;
  update(state);
  for await (const seen of watchTraffic(client, window, { signal, now: out.now })) {
    update(seen.kind === "view" ? withTraffic(state, seen.view) : { ...state, staleSince: seen.since });
  }
  return exitCodes.ok;
}

/** The tap that the state asks for: one at a time. */
class Taps implements Disposable {
  readonly #client: AdminClient;
  readonly #change: (change: (state: TopState) => TopState) => void;
  #query: object | undefined;
  #end: AbortController | undefined;

  constructor(client: AdminClient, change: (change: (state: TopState) => TopState) => void) {
    this.#client = client;
    this.#change = change;
  }

  follow({ tap }: TopState): void {
    if (tap?.query === this.#query) return;
    this.#end?.abort();
    this.#query = tap?.query;
    this.#end = undefined;
    if (tap === undefined) return;
    const end = new AbortController();
    this.#end = end;
    const lines = (more: readonly string[]): void => this.#change((state) => withTapLines(state, more));
    const read = async (): Promise<void> => {
      for await (const message of tapMessages(this.#client, tap.query, end.signal)) {
        if (message.kind === "event") lines(formatTapLine(message.event).split("\n"));
        else lines([`missed: ${message.sampledOut + message.dropped}`]);
      }
    };
    read().catch((error: unknown) => {
      if (!end.signal.aborted) lines([messageOf(error)]);
    });
  }

  [Symbol.dispose](): void {
    this.#query = undefined;
    this.#end?.abort();
  }
}
