import { Drain, ProxyError } from "@pagoda/core";
import type { TapRequest, TrafficView, Window } from "@pagoda/traffic/view";
import { createHash } from "node:crypto";
import { of } from "rxjs";
import { afterEach, describe, expect, it } from "vitest";

import { adminServers } from "../../test/admin-servers.ts";
import { tapEvent, trafficView } from "../../test/traffic-view.ts";
import { trafficRoutes } from "./traffic-routes.ts";

const servers = adminServers();
afterEach(() => servers.close());

/** A limit as the tap's own. */
class TooManyTaps extends ProxyError {
  readonly code: string = "TAP_SESSIONS";
  readonly retriable = true;
  readonly kind = "overload";
}

function parts({ view = trafficView(), full = false } = {}) {
  const windows: Window[] = [];
  const taps: TapRequest[] = [];
  const routes = trafficRoutes({
    drain: new Drain(),
    traffic: {
      view: (window) => {
        windows.push(window);
        return view;
      },
      stream: (window) => {
        windows.push(window);
        return of(view);
      },
    },
    tap: {
      open: (request) => {
        if (full) throw new TooManyTaps("20 taps are open");
        taps.push(request);
        return of(
          { kind: "event", event: tapEvent } as const,
          { kind: "missed", sampledOut: 3, dropped: 0 } as const,
        );
      },
    },
  });
  return { routes, windows, taps };
}

describe("the routes about traffic", () => {
  it("answer with a view, and its parts", async () => {
    const { ask } = await servers.start(parts().routes);
    const view = trafficView();
    const { at, window, windowSeconds, startedAt, totals, listeners, apis, topics, clients, brokers } = view;
    const head = { at, window, windowSeconds };
    const expected = {
      "/api/traffic": view,
      "/api/stats": { ...head, startedAt, totals, listeners, apis, topics, clients, brokers },
      "/api/topology": {
        ...head,
        actors: [
          { kind: "client", name: "checkout" },
          { kind: "topic", name: "orders" },
          { kind: "group", name: "billing" },
        ],
        edges: view.edges,
      },
      "/api/groups": { ...head, groups: view.groups },
      "/api/problems": { ...head, problems: view.problems },
    };
    for (const [path, body] of Object.entries(expected)) {
      const reply = await ask("GET", path);
      expect([path, reply.status, JSON.parse(reply.body)]).toEqual([path, 200, body]);
    }
  });

  it("look back as far as is asked for, a minute unless it is said", async () => {
    const { routes, windows } = parts();
    const { ask } = await servers.start(routes);
    for (const query of ["", "?window=", "?window=10s", "?window=15m"])
      await ask("GET", `/api/groups${query}`);
    await ask("GET", "/api/stream?window=15m");
    expect(windows).toEqual(["1m", "1m", "10s", "15m", "15m"]);
  });

  it.each([
    ["/api/traffic?window=2m", 'window must be one of 10s, 1m, 15m, got "2m"'],
    ["/api/stream?window=2m", 'window must be one of 10s, 1m, 15m, got "2m"'],
    ["/api/groups?windw=1m", '"windw" is no parameter here; there is: window'],
    ["/api/traffic?window=1m&window=10s", "window must be given once"],
    ["/api/tap?slowerThanMs=x", 'slowerThanMs must be a number from 0 to 86400000, got "x"'],
    ["/api/tap?maxPerSecond=1.5", 'maxPerSecond must be a whole number from 1 to 10000, got "1.5"'],
    ["/api/tap?maxPerSecond=Infinity", 'maxPerSecond must be a whole number from 1 to 10000, got "Infinity"'],
    ["/api/tap?records=101", 'records must be a whole number from 0 to 100, got "101"'],
    ["/api/tap?values=yes", 'values must be true or false, got "yes"'],
    [`/api/tap?topic=${"x".repeat(501)}`, `topic must be at most 500 characters, got "${"x".repeat(100)}…"`],
    ["/api/tap?__proto__=1", '"__proto__" is no parameter here'],
  ])("refuse %s", async (path, message) => {
    const { routes, taps } = parts();
    const { ask } = await servers.start(routes);
    const { status, body } = await ask("GET", path);
    expect(status).toBe(400);
    expect(JSON.parse(body)).toEqual({
      error: { code: "ADMIN_QUERY", message: expect.stringContaining(message) },
    });
    expect(taps).toEqual([]);
  });
});

describe("/api/tap", () => {
  it("says what passes, and what was left out", async () => {
    const { routes, taps } = parts();
    const { ask } = await servers.start(routes);
    const { body } = await ask(
      "GET",
      "/api/tap?api=Produce&topic=orders-*&client=&error=any&slowerThanMs=2.5&maxPerSecond=7&records=1&values=true",
    );
    expect(body).toBe(
      `event: missed\ndata: {"sampledOut":3,"dropped":0}\n\nevent: event\ndata: ${JSON.stringify(tapEvent)}\n\n`,
    );
    expect(taps).toEqual([
      {
        api: "Produce",
        topic: "orders-*",
        error: "any",
        slowerThanMs: 2.5,
        maxPerSecond: 7,
        records: 1,
        values: true,
      },
    ]);
  });

  it("is refused where there are too many taps", async () => {
    const { ask } = await servers.start(parts({ full: true }).routes);
    const { status, body } = await ask("GET", "/api/tap");
    expect(status).toBe(429);
    expect(JSON.parse(body)).toEqual({ error: { code: "TAP_SESSIONS", message: "20 taps are open" } });
  });
});

describe("/ui/tables", () => {
  const page = async (view: TrafficView = trafficView(), path = "/ui/tables") => {
    const { ask } = await servers.start(parts({ view }).routes);
    return ask("GET", path);
  };

  it("has a table for each kind of row, with heads that say what of", async () => {
    const { status, headers, body } = await page();
    expect([status, headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    const captions = [...body.matchAll(/<caption>\s*([^<]+?)\s*<\/caption>/g)].map(([, caption]) => caption);
    expect(captions).toEqual([
      "Problems (1)",
      "Topics (2)",
      "Clients (1)",
      "Groups (1)",
      "Brokers (1)",
      "Edges: who sends to whom (2)",
    ]);
    expect(body).toContain('<th scope="row">orders</th>');
    expect(body).toContain("1.5k (4.2 s)");
    expect(body).toContain('<html lang="en">');
  });

  it("asks for itself again, without a script", async () => {
    const { body, headers } = await page();
    expect(body).toContain('<meta http-equiv="refresh" content="10" />');
    expect(body).not.toContain("<script");
    const style = /<style>([^<]*)<\/style>/.exec(body)?.[1] ?? "";
    const hash = createHash("sha256").update(style).digest("base64");
    expect(headers["content-security-policy"]).toContain(`default-src 'none'; style-src 'sha256-${hash}';`);
  });

  it("shows names as text, whatever is in them", async () => {
    const { body } = await page();
    expect(body).toContain("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;");
  });

  it("says where there is nothing, and how much is left out of a long table", async () => {
    const view = trafficView();
    const [edge] = view.edges;
    const { body } = await page({
      ...view,
      problems: [],
      edges: Array.from({ length: 501 }, () => edge) as never,
    });
    expect(body).toMatch(/<h2>Problems<\/h2>\s*<p>None\.<\/p>/);
    expect(body).toContain("And 1 more: see /api/traffic.");
  });

  it("needs the token, as what it shows does elsewhere", async () => {
    const { ask } = await servers.start(parts().routes, { token: "t0ken" });
    expect((await ask("GET", "/ui/tables")).status).toBe(401);
  });
});
