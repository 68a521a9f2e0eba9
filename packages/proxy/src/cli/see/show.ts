import type { TrafficView, Window } from "@pagoda/traffic/view";

import type { AdminClient } from "../admin-client/client.ts";
import { trafficOf, watchTraffic } from "../admin-client/traffic.ts";
import { interrupted } from "../interrupted.ts";
import { age } from "../output/units.ts";
import { safe } from "../output/safe.ts";
import type { Terminal } from "../output/terminal.ts";

export interface ShowOptions {
  readonly client: AdminClient;
  readonly window: Window;
  readonly watch: boolean;
  readonly terminal: Terminal;
  /** What is printed of a view; at the end of it a line end. */
  readonly text: (view: TrafficView) => string | Promise<string>;
}

/** Prints a view once, or each second until Ctrl-C: in place in a terminal, one after the other elsewhere. */
export async function show({ client, window, watch, terminal, text }: ShowOptions): Promise<void> {
  if (!watch) return terminal.print(await text(await trafficOf(client, window)));
  using interrupt = interrupted();
  const clear = terminal.columns() === undefined ? "" : "\x1b[H\x1b[2J";
  let stale = false;
  for await (const seen of watchTraffic(client, window, { signal: interrupt.signal, now: terminal.now })) {
    if (seen.kind === "view") await terminal.print(clear + (await text(seen.view)));
    else if (!stale) {
      terminal.remark(`stale since ${age(seen.since, terminal.now())} ago: ${safe(seen.why)}`);
    }
    stale = seen.kind === "stale";
  }
}
