import { describe } from "@pagoda/core";
import type { Drain } from "@pagoda/core";
import { metricsPage } from "@pagoda/metrics";
import type { Metrics } from "@pagoda/metrics";

import { buildInfo } from "../version.ts";
import { readiness } from "./readiness.ts";
import type { ReadinessCheck } from "./readiness.ts";
import type { AdminRoute } from "./server.ts";

export interface AdminParts {
  readonly metrics: Metrics;
  readonly drain: Drain;
  readonly checks: () => readonly ReadinessCheck[];
  /** The stack of each listener, by the listener's name. */
  readonly stacks: () => ReadonlyMap<string, object>;
}

/** What the admin server answers, by path. */
export function adminRoutes({ metrics, drain, checks, stacks }: AdminParts): ReadonlyMap<string, AdminRoute> {
  const draining: ReadinessCheck = {
    name: "drain",
    failing: () => (drain.draining ? `draining (${drain.retained} connections left)` : undefined),
  };

  return new Map<string, AdminRoute>([
    // That it answers is the answer: the event loop turns.
    ["/live", () => ({ contentType: "text/plain", body: "live\n" })],
    ["/ready", ({ query }) => readiness([draining, ...checks()], query.has("verbose"))],
    ["/metrics", ({ accept }) => metricsPage(metrics.registry, accept)],
    ["/version", () => json({ ...buildInfo(), node: process.versions.node })],
    ["/stacks", () => ({ contentType: "text/plain; charset=utf-8", body: drawStacks(stacks()) })],
  ]);
}

function drawStacks(stacks: ReadonlyMap<string, object>): string {
  return [...stacks].map(([name, service]) => `listener ${name}\n${describe(service)}\n`).join("\n");
}

function json(value: object): { contentType: string; body: string } {
  return { contentType: "application/json", body: `${JSON.stringify(value)}\n` };
}
