import type { SameLayer } from "@pagoda/core";
import type { KafkaAnswer, KafkaRequest } from "@pagoda/kafka";
import type { Connection } from "@pagoda/tcp";

/** What a layer of one's own is built with, once per client connection. */
export interface RequestLayerParts {
  readonly listener: string;
  readonly connection: Connection;
}

/** Builds a layer for the requests of one connection. */
export type BuildRequestLayer = (parts: RequestLayerParts) => SameLayer<KafkaRequest, KafkaAnswer>;

/** A tier for requests, as a configuration names it. */
export type RequestLayerConfig =
  | { readonly layer: "metrics" }
  | { readonly layer: "trace" }
  /** Requests that take longer fail with REQUEST_TIMED_OUT. */
  | { readonly layer: "timeout"; readonly timeoutMs: number }
  /** Requests per second and connection, on average and at once; those above it wait in the client's socket. */
  | { readonly layer: "rateLimit"; readonly requestsPerSecond: number; readonly burst: number }
  /** APIs, by name, that are answered with an authorization error. */
  | { readonly layer: "denyApis"; readonly apis: readonly string[] }
  /** Of a `pagoda.config.ts`; the name is what `/stacks` and messages call it. */
  | { readonly layer: "custom"; readonly name: string; readonly build: BuildRequestLayer };

/** The names that `layers` of a configuration file knows. */
export const layerNames = ["metrics", "trace", "timeout", "rateLimit", "denyApis"] as const;
