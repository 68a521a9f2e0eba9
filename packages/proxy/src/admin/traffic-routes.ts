import { DrainingError } from "@pagoda/core";
import { buffered } from "@pagoda/traffic";
import type { Drain } from "@pagoda/core";
import type { TapMessage, TapRequest, TrafficView, Window } from "@pagoda/traffic/view";
import { map, Observable, takeUntil } from "rxjs";

import { pulled } from "./pulled.ts";

import { readTapRequest, readWindow } from "./query.ts";
import { jsonAnswer } from "./route.ts";
import type { AdminRoute, AdminStream, ServerSentEvent } from "./route.ts";
import { tablesPage } from "./pages/tables-page.ts";

/** Where what is known of the traffic comes from. */
export interface TrafficSource {
  view(window: Window): TrafficView | Promise<TrafficView>;
  /** A view a second, for as long as it is subscribed to. */
  stream(window: Window): Observable<TrafficView>;
}

/** Shows requests as they pass. */
export interface TapSource {
  /** @throws TapSessionsError when there are too many taps: the caller is answered 429. */
  open(request: TapRequest): Observable<TapMessage>;
  /** Told of each event that is dropped because its reader is slow. */
  readonly onDropped?: () => void;
}

/** What the routes about traffic are answered from. Where a part is left out, so are its routes. */
export interface TrafficParts {
  readonly traffic?: TrafficSource;
  readonly tap?: TapSource;
  /** Ends the streams when it starts: no caller shall keep the process. */
  readonly drain: Drain;
}

/** The routes about the traffic that passes. */
export function trafficRoutes({ traffic, tap, drain }: TrafficParts): readonly AdminRoute[] {
  return [...(traffic ? viewRoutes(traffic, drain) : []), ...(tap ? [tapRoute(tap, drain)] : [])];
}

type Part = (view: TrafficView) => Partial<TrafficView> & { readonly actors?: object };

/** What each route shows of a view, beside when it is of. */
const parts: Readonly<Record<string, Part>> = {
  "/api/stats": ({ startedAt, totals, listeners, apis, topics, clients, brokers }) => {
    return { startedAt, totals, listeners, apis, topics, clients, brokers };
  },
  "/api/topology": ({ edges }) => ({ actors: actorsOf(edges), edges }),
  "/api/groups": ({ groups }) => ({ groups }),
  "/api/problems": ({ problems }) => ({ problems }),
};

function viewRoutes(traffic: TrafficSource, drain: Drain): readonly AdminRoute[] {
  const shows = (path: string, show: (view: TrafficView) => object): AdminRoute => ({
    method: "GET",
    path,
    handler: async ({ query }) => jsonAnswer(show(await traffic.view(readWindow(query)))),
  });
  const partRoutes = Object.entries(parts).map(([path, part]) =>
    shows(path, (view) => {
      const { at, window, windowSeconds } = view;
      return { at, window, windowSeconds, ...part(view) };
    }),
  );
  return [
    shows("/api/traffic", (view) => view),
    ...partRoutes,
    {
      method: "GET",
      path: "/api/stream",
      handler: ({ query }) => {
        const window = readWindow(query);
        const open = (): Observable<ServerSentEvent> =>
          traffic.stream(window).pipe(map((data) => ({ event: "traffic", data })));
        return { open: untilDrain(drain, open) };
      },
    },
    {
      method: "GET",
      path: "/ui/tables",
      handler: async ({ query }) => tablesPage(await traffic.view(readWindow(query))),
    },
  ];
}

/** Every end of an edge, once. */
function actorsOf(edges: TrafficView["edges"]): readonly TrafficView["edges"][number]["source"][] {
  const actors = edges.flatMap(({ source, target }) => [source, target]);
  return [...new Map(actors.map((actor) => [`${actor.kind} ${actor.name}`, actor])).values()];
}

function tapRoute(tap: TapSource, drain: Drain): AdminRoute {
  return {
    method: "GET",
    path: "/api/tap",
    handler: ({ query }) => {
      const request = readTapRequest(query);
      const { onDropped } = tap;
      return {
        open: untilDrain(drain, (taken) => {
          const messages = buffered(tap.open(request), { ...(onDropped && { onDropped }) });
          return pulled(messages, taken).pipe(map(tapEvent));
        }),
      };
    },
  };
}

function tapEvent(message: TapMessage): ServerSentEvent {
  if (message.kind === "event") return { event: "event", data: message.event };
  const { sampledOut, dropped } = message;
  return { event: "missed", data: { sampledOut, dropped } };
}

/** Ended by the drain, and not opened any more once it has started. @throws DrainingError then. */
function untilDrain(drain: Drain, open: AdminStream["open"]): AdminStream["open"] {
  const started = new Observable<void>((subscriber) => drain.onStart(() => subscriber.next()));
  return (taken) => {
    if (drain.draining) throw new DrainingError();
    return open(taken).pipe(takeUntil(started));
  };
}
