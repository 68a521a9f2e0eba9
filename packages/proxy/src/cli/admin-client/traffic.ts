import type { TrafficView, Window } from "@pagoda/traffic/view";
import { messageOf, ProxyError } from "@pagoda/core";
import { setTimeout as sleep } from "node:timers/promises";

import type { AdminClient } from "./client.ts";
import { AdminUnreachableError, AdminVersionError } from "./errors.ts";

/** All that the proxy knows of its traffic. @throws as `AdminClient.get` */
export async function trafficOf(client: AdminClient, window: Window): Promise<TrafficView> {
  return asView(await client.get("/api/traffic", { query: { window } }), client);
}

/** What is known while one watches: a view, or that there was none since a time (Unix milliseconds). */
export type Watched =
  | { readonly kind: "view"; readonly view: TrafficView }
  | { readonly kind: "stale"; readonly since: number; readonly why: string };

export interface WatchOptions {
  readonly signal: AbortSignal;
  readonly now: () => number;
  /**
   * Milliseconds between attempts to come back.
   * @default 1000
   */
  readonly retryMs?: number;
}

/**
 * A view each second until the signal is aborted. When the proxy goes away after the first one, that is
 * said, and it is tried again until it is back.
 * @throws as `AdminClient.get`, where the first attempt fails or what it fails with will not pass
 */
export async function* watchTraffic(
  client: AdminClient,
  window: Window,
  { signal, now, retryMs = 1_000 }: WatchOptions,
): AsyncGenerator<Watched> {
  let seen: number | undefined;
  while (!signal.aborted) {
    let why = "the stream ended";
    try {
      // oxlint-disable-next-line no-await-in-loop -- one connection after the other
      for await (const { event, data } of client.events("/api/stream", { query: { window }, signal })) {
        if (event !== "traffic") continue;
        yield { kind: "view", view: asView(parsed(data, client), client) };
        seen = now();
      }
    } catch (error) {
      const passes = ProxyError.is(error) && error.retriable;
      if (seen === undefined || !passes) throw error;
      why = messageOf(error);
    }
    if (signal.aborted) return;
    if (seen === undefined) throw new AdminUnreachableError(client.url, why, undefined);
    yield { kind: "stale", since: seen, why };
    // oxlint-disable-next-line no-await-in-loop -- the next attempt is to wait
    await sleep(retryMs, undefined, { signal }).catch(() => {});
  }
}

const lists = [
  "listeners",
  "apis",
  "topics",
  "clients",
  "groups",
  "brokers",
  "edges",
  "problems",
] as const satisfies readonly (keyof TrafficView)[];

function parsed(data: string, client: AdminClient): unknown {
  try {
    return JSON.parse(data) as unknown;
  } catch {
    throw new AdminVersionError(`${client.url} sent an event that is no JSON: is it a Pagoda proxy?`);
  }
}

/** Newer proxies may say more; what says less is not understood. */
function asView(value: unknown, client: AdminClient): TrafficView {
  const view = value as Partial<TrafficView> | null;
  if (typeof view === "object" && view !== null && lists.every((name) => Array.isArray(view[name]))) {
    return view as TrafficView;
  }
  throw new AdminVersionError(
    `${client.url} answers in a way that this version does not understand: is the proxy of another one?`,
  );
}
