import type { Endpoint } from "@pagoda/tcp";

/** Where clients find the first cluster. */
export const defaultBind: Endpoint = { host: "127.0.0.1", port: 19_092 };

/** Where the admin server listens. */
export const defaultAdminBind: Endpoint = { host: "127.0.0.1", port: 9_190 };

/** What a key is that nobody gave; times in milliseconds. The schema's descriptions say the same. */
export const configDefaults = {
  listenerName: "main",
  connectTimeoutMs: 10_000,
  slots: 16,
  limits: { connections: 10_000 },
  timeouts: { detectMs: 1_000, unauthenticatedMs: 60_000, idleMs: 600_000, maxAgeMs: 0 },
  metrics: { profile: "standard", retainIdleMs: 600_000, maxSeries: 20_000 },
  labelMax: { topic: 500, group: 200, client: 200, software_version: 50 },
  tap: { to: "•••" },
  tracing: { serviceName: "pagoda", ratio: 0.01, inject: "off" },
  // Below the 30 s that Kubernetes gives before it kills.
  drainTimeoutMs: 25_000,
} as const;
