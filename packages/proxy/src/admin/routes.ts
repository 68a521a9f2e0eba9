import { describe } from "@pagoda/core";
import type { Drain } from "@pagoda/core";
import { formatEndpoint } from "@pagoda/tcp";

import { buildInfo } from "../version.ts";
import { listening, notDraining, readiness } from "./readiness.ts";
import type { ListenerStatus, ReadinessCheck } from "./readiness.ts";
import { jsonAnswer, textAnswer } from "./route.ts";
import type { AdminAnswer, AdminRoute } from "./route.ts";
import { writeRoutes } from "./write-routes.ts";
import type { WriteParts } from "./write-routes.ts";

type Awaitable<T> = T | Promise<T>;

/** What the routes that read are answered from. Where a part is left out, so is its route. */
export interface AdminParts extends WriteParts {
  /** The page of metrics, in the format that the caller accepts. */
  readonly metrics: (accept: string | undefined) => AdminAnswer | Promise<AdminAnswer>;
  readonly drain: Drain;
  /** What `/ready` asks for, beside the listeners, and that nothing drains. */
  readonly checks: () => Awaitable<readonly ReadinessCheck[]>;
  readonly listeners: () => Awaitable<readonly ListenerStatus[]>;
  /** The stack of each listener, by the listener's name, as they are now; or drawn already. */
  readonly stacks: () => Awaitable<ReadonlyMap<string, object> | string>;
  /** The configuration in effect, as YAML, without its secrets. */
  readonly config?: () => string;
  /** What a configuration file may hold: a JSON Schema. */
  readonly configSchema?: () => object;
  readonly logLevel?: () => string;
}

/** What the admin server answers. */
export function adminRoutes(parts: AdminParts): readonly AdminRoute[] {
  const { metrics, drain, checks, listeners, stacks, config, configSchema, logLevel } = parts;
  const routes: AdminRoute[] = [];
  const get = (path: string, handler: AdminRoute["handler"]): void => {
    routes.push({ method: "GET", path, handler });
  };

  // That it answers is the answer: the event loop turns.
  routes.push({ method: "GET", path: "/live", public: true, handler: () => textAnswer("live") });
  routes.push({
    method: "GET",
    path: "/ready",
    public: true,
    handler: async ({ query, trusted }) => {
      const known = await listeners();
      const all = [notDraining(drain, known), ...listening(known), ...(await checks())];
      return readiness(all, { verbose: query.has("verbose"), reasons: trusted });
    },
  });
  get("/metrics", ({ accept }) => metrics(accept));
  get("/version", () => jsonAnswer({ ...buildInfo(), node: process.versions.node }));
  get("/stacks", async () => textAnswer(drawStacks(await stacks())));
  get("/api/listeners", async () => jsonAnswer({ listeners: (await listeners()).map(shown) }));
  if (config) {
    get("/config", () => ({ contentType: "application/yaml; charset=utf-8", body: config() }));
  }
  if (configSchema) get("/config/schema", () => jsonAnswer(configSchema()));
  if (logLevel) get("/api/loglevel", () => jsonAnswer({ level: logLevel() }));
  return [...routes, ...writeRoutes(parts)];
}

/** Left out: the address of a listener that has none yet. */
function shown({ address, ...listener }: ListenerStatus): object {
  return { ...listener, ...(address !== undefined && { address: formatEndpoint(address) }) };
}

export function drawStacks(stacks: ReadonlyMap<string, object> | string): string {
  if (typeof stacks === "string") return stacks;
  return [...stacks].map(([name, service]) => `listener ${name}\n${describe(service)}`).join("\n\n");
}
