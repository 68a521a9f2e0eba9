import type { DashboardFiles } from "./dashboard-files.ts";
import { buildInfo } from "../version.ts";
import { openApi } from "./openapi/document.ts";
import { listening, notDraining, readiness } from "./readiness.ts";
import type { ReadinessCheck } from "./readiness.ts";
import { jsonAnswer, textAnswer } from "./route.ts";
import type { AdminAnswer, AdminRoute } from "./route.ts";
import { statusRoutes } from "./status-routes.ts";
import type { StatusParts } from "./status-routes.ts";
import { trafficRoutes } from "./traffic-routes.ts";
import type { TrafficParts } from "./traffic-routes.ts";
import { uiRoutes } from "./ui-routes.ts";
import { writeRoutes } from "./write-routes.ts";
import type { WriteParts } from "./write-routes.ts";

type Awaitable<T> = T | Promise<T>;

/** What the routes that read are answered from. Where a part is left out, so is its route. */
export interface AdminParts extends WriteParts, StatusParts, TrafficParts {
  /** The page of metrics, in the format that the caller accepts. */
  readonly metrics: (accept: string | undefined) => AdminAnswer | Promise<AdminAnswer>;
  /** What `/ready` asks for, beside the listeners, and that nothing drains. */
  readonly checks: () => Awaitable<readonly ReadinessCheck[]>;
  /** The configuration in effect, as YAML, without its secrets. */
  readonly config?: () => string;
  /** What a configuration file may hold: a JSON Schema. */
  readonly configSchema?: () => object;
  readonly logLevel?: () => string;
  /** What `/ui/` shows; undefined where it was not built. Without the key there is no `/ui/`. */
  readonly dashboard?: DashboardFiles | undefined;
}

/** What the admin server answers. */
export function adminRoutes(parts: AdminParts): readonly AdminRoute[] {
  const { metrics, drain, checks, listeners, config, configSchema, logLevel } = parts;
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
  routes.push(...statusRoutes(parts), ...trafficRoutes(parts));
  get("/api/openapi.json", () => jsonAnswer(openApi()));
  if (config) {
    get("/config", () => ({ contentType: "application/yaml; charset=utf-8", body: config() }));
  }
  if (configSchema) get("/config/schema", () => jsonAnswer(configSchema()));
  if (logLevel) get("/api/loglevel", () => jsonAnswer({ level: logLevel() }));
  if ("dashboard" in parts) routes.push(...uiRoutes(parts.dashboard));
  return [...routes, ...writeRoutes(parts)];
}
