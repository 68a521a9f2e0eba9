import { Drain, ProxyError, service, stack, timeout } from "@pagoda/core";
import type { TapEvent, TrafficView } from "@pagoda/traffic/view";
import { Ajv2020 } from "ajv/dist/2020.js";
import { join } from "node:path";
import { of } from "rxjs";
import { afterEach, describe, expect, expectTypeOf, it } from "vitest";
import type { z } from "zod";

import { openApi } from "../src/admin/openapi/document.ts";
import type { tapEvent as tapEventSchema } from "../src/admin/openapi/tap-schemas.ts";
import type { trafficView as viewSchema } from "../src/admin/openapi/view-schemas.ts";
import { adminRoutes } from "../src/admin/routes.ts";
import type { AdminParts } from "../src/admin/routes.ts";
import { adminServers } from "./admin-servers.ts";
import type { AdminReply } from "./admin-servers.ts";
import { tapEvent, trafficView } from "./traffic-view.ts";

interface Media {
  readonly schema?: object;
}

interface Response {
  readonly content: Readonly<Record<string, Media>>;
  readonly "x-events"?: Readonly<Record<string, object>>;
}

interface Document {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, Response>> }>>>
  >;
  readonly components: object;
}

const servers = adminServers();
afterEach(() => servers.close());

const document = openApi() as Document;
const ajv = new Ajv2020({ strict: false, validateFormats: false });
ajv.addSchema({ $id: "https://pagoda.test/openapi", ...document }, "openapi");

/** Why a value is not what a part of the document says; empty when it is. */
function wrong(schema: object, value: unknown): readonly string[] {
  const absolute = JSON.parse(
    JSON.stringify(schema).replaceAll('"#/', '"https://pagoda.test/openapi#/'),
  ) as object;
  const validate = ajv.compile(absolute);
  return validate(value) ? [] : [ajv.errorsText(validate.errors)];
}

class TooManyTaps extends ProxyError {
  readonly code: string = "TAP_SESSIONS";
  readonly retriable = true;
  readonly kind = "overload";
}

/** No part is left out. */
function everything({ drain = new Drain(), full = false } = {}): AdminParts {
  const ground = service<string, void>(async () => {}, { name: "ground" });
  return {
    metrics: () => ({ contentType: "text/plain; charset=utf-8", body: "pagoda_x 1\n" }),
    drain,
    checks: () => [],
    listeners: () => [
      { name: "main", address: { host: "::1", port: 1 }, state: "serving", connections: 3 },
      { name: "other", address: undefined, state: "failed", reason: "port taken", connections: 0 },
    ],
    stacks: () =>
      new Map([
        [
          "main",
          stack<string, void>()
            .push(timeout({ timeoutMs: 1 }))
            .service(ground),
        ],
      ]),
    clusters: () => [
      {
        name: "prod",
        listener: "main",
        clusterId: null,
        controller: 1,
        bootstrap: ["kafka:9092"],
        brokers: [{ nodeId: 1, upstream: "b:9092", rack: null, advertised: "localhost:19093" }],
      },
    ],
    connections: () => [
      {
        id: "7",
        listener: "main",
        client: null,
        software: null,
        principal: "User:a",
        tls: true,
        source: "10.0.0.7:1",
        node: "bootstrap",
        openedAt: 1,
        requests: 0,
      },
    ],
    traffic: { view: trafficView, stream: (window) => of(trafficView(window)) },
    tap: {
      open: () => {
        if (full) throw new TooManyTaps("20 taps are open");
        return of(
          { kind: "event", event: tapEvent } as const,
          { kind: "missed", sampledOut: 1, dropped: 0 } as const,
        );
      },
    },
    dashboard: { file: () => ({ contentType: "text/html", body: Buffer.from("page") }) },
    config: () => "clusters: {}\n",
    configSchema: () => ({ type: "object" }),
    logLevel: () => "info",
    reload: () => Promise.resolve({ outcome: "success", hash: "sha256:1", message: "changed: main" }),
    startDrain: () => {},
    setLogLevel: () => {},
  };
}

/** What the document has to say against an answer; empty when that is as it says. */
function against(method: string, path: string, { status, headers, body }: AdminReply): readonly string[] {
  const response = document.paths[path]?.[method.toLowerCase()]?.responses[String(status)];
  if (response === undefined) return [`no ${status} of ${method} ${path}`];
  const type = headers["content-type"]?.split(";")[0] ?? "";
  const media = response.content[type] ?? response.content["*/*"];
  if (media === undefined) return [`no ${type} of ${status} of ${method} ${path}`];
  const events = response["x-events"];
  if (events !== undefined) return eventsAgainst(events, body);
  return media.schema === undefined ? [] : wrong(media.schema, JSON.parse(body));
}

function eventsAgainst(events: Readonly<Record<string, object>>, body: string): readonly string[] {
  const said = [...body.matchAll(/^event: (\w+)\ndata: (.*)\n\n/gm)];
  expect(said.map(([, name = ""]) => name).toSorted()).toEqual(Object.keys(events).toSorted());
  return said.flatMap(([, name = "", data = ""]) => {
    const schema = events[name];
    return schema === undefined ? [`no event ${name}`] : wrong(schema, JSON.parse(data));
  });
}

const routes = adminRoutes(everything());
const json = { "content-type": "application/json" };
const documented = (path: string): string => path.replace("*", "{file}");
const asked = (path: string): string => path.replace("*", "assets/a.js");

describe("the OpenAPI document", () => {
  it("is the file that ships", async () => {
    const text = `${JSON.stringify(document, undefined, 2)}\n`;
    await expect(text).toMatchFileSnapshot(join(import.meta.dirname, "../schema/admin.openapi.json"));
  });

  it("has every route, and none that is not there", () => {
    const inTable = routes.map(({ method, path }) => `${method} ${documented(path)}`);
    const inDocument = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(inDocument.toSorted()).toEqual(inTable.toSorted());
  });

  it("says of each whether it needs the token", () => {
    const open = routes.filter((route) => route.public === true).map(({ path }) => documented(path));
    const said = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.values(methods).some((one) => (one as { security?: unknown[] }).security?.length === 0)
        ? path
        : [],
    );
    expect(said.toSorted()).toEqual(open.toSorted());
  });

  it("describes the very types", () => {
    expectTypeOf<TrafficView>().toExtend<ReadonlyDeep<z.output<typeof viewSchema>>>();
    expectTypeOf<TapEvent>().toExtend<ReadonlyDeep<z.output<typeof tapEventSchema>>>();
  });

  it("finds an answer with a field too few, or too many", () => {
    const schema = { $ref: "#/components/schemas/TrafficView" };
    const { totals, ...less } = trafficView();
    expect(wrong(schema, trafficView())).toEqual([]);
    expect(wrong(schema, less)).toEqual([expect.stringContaining("totals")]);
    expect(wrong(schema, { ...less, totals, extra: 1 })).toEqual([expect.stringContaining("additional")]);
  });
});

type ReadonlyDeep<T> = T extends (infer Each)[]
  ? readonly ReadonlyDeep<Each>[]
  : T extends object
    ? { readonly [K in keyof T]: ReadonlyDeep<T[K]> }
    : T;

describe("what the admin server answers", () => {
  it.each(routes.map(({ method, path }) => [method, path] as const))(
    "to %s %s is as the document says",
    async (method, path) => {
      const { ask } = await servers.start(routes, { allowWrites: true });
      const body = method === "POST" ? '{"level":"debug"}' : undefined;
      const answer = await ask(method, asked(path), method === "POST" ? json : {}, body);
      expect(answer.status).toBeLessThan(path === "/ready" ? 504 : 400);
      expect(against(method, documented(path), answer)).toEqual([]);
    },
  );

  it.each(routes.map(({ method, path }) => [method, path] as const))(
    "to %s %s is so when it refuses",
    async (method, path) => {
      const { ask } = await servers.start(routes, { token: "t0ken", allowWrites: true });
      const authorization = "Bearer t0ken";
      const replies = [
        await ask(method, asked(path)),
        await ask(method, asked(path), { host: "evil.test" }),
        await ask(method, `${asked(path)}?window=2m`, { authorization, origin: "http://evil.test" }),
      ];
      if (method === "POST") {
        replies.push(await ask(method, path, { ...json, authorization }, "{"));
        replies.push(await ask(method, path, { authorization }, "level"));
        replies.push(await ask(method, path, { ...json, authorization }, `"${"x".repeat(65_536)}"`));
      }
      for (const reply of replies) expect(against(method, documented(path), reply)).toEqual([]);
    },
  );

  it.each([
    ["/api/tap", 429],
    ["/api/stream", 503],
  ])("to GET %s is so at its limit (%d)", async (path, status) => {
    const drain = new Drain();
    if (status === 503) void drain.start({ deadlineMs: 1_000 });
    const { ask } = await servers.start(adminRoutes(everything({ drain, full: true })));
    const answer = await ask("GET", path);
    expect(answer.status).toBe(status);
    expect(against("GET", path, answer)).toEqual([]);
  });

  it("to GET /ready?verbose is JSON, with the reasons or without", async () => {
    const failing = { ...everything(), checks: () => [{ name: "upstream", failing: () => "refused" }] };
    const { ask } = await servers.start(adminRoutes(failing), { token: "t0ken" });
    for (const headers of [{}, { authorization: "Bearer t0ken" }]) {
      const answer = await ask("GET", "/ready?verbose", headers);
      expect([answer.status, answer.headers["content-type"]]).toEqual([503, "application/json"]);
      expect(against("GET", "/ready", answer)).toEqual([]);
    }
  });

  it("to another path or method below /api is a fault, as everywhere there", async () => {
    const { ask } = await servers.start(routes);
    const fault = { $ref: "#/components/schemas/Fault" };
    for (const [method, path, status] of [
      ["GET", "/api/nothing", 404],
      ["PUT", "/api/traffic", 405],
      ["POST", "/api/traffic", 405],
    ] as const) {
      const answer = await ask(method, path);
      expect(answer.status).toBe(status);
      expect(wrong(fault, JSON.parse(answer.body))).toEqual([]);
    }
  });
});
