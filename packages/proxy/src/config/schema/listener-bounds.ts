import { z } from "zod";

import { listOf, mapping } from "./collections.ts";
import { durationOrOff, durationText, networkText, oneOf, whole } from "./scalars.ts";
import type { Schema } from "./scalars.ts";

/** PROXY protocol headers on accepted connections. */
export interface ProxyHeaderSource {
  mode: "optional" | "required";
  trusted: readonly string[];
}

/** Bounds of one listener, in each process that serves. */
export interface LimitsSource {
  connections?: number | undefined;
  connectionsPerAddress?: number | undefined;
  connectionsPerSecond?: number | undefined;
}

/** How long connections may be quiet, or live. */
export interface TimeoutsSource {
  detect?: string | undefined;
  unauthenticated?: string | undefined;
  idle?: string | undefined;
  maxAge?: string | undefined;
}

export const proxyHeaderSchema: Schema<ProxyHeaderSource> = mapping({
  mode: oneOf(["optional", "required"]).describe("whether connections without a header are served"),
  trusted: listOf(networkText(), "IP addresses or networks like 10.0.0.0/8", 1).describe(
    "balancers whose headers are believed",
  ),
}) as Schema<ProxyHeaderSource>;

export const proxyHeaderVersion: Schema<1 | 2> = z.literal([1, 2], { error: "must be 1 or 2" });

export const limitsSchema: Schema<LimitsSource> = mapping({
  connections: whole(1, 1_000_000)
    .optional()
    .describe("open at once; one more is closed when it is accepted; default 10000"),
  connectionsPerAddress: whole(1, 1_000_000)
    .optional()
    .describe("open at once from one address; default: not limited"),
  connectionsPerSecond: whole(1, 1_000_000).optional().describe("accepted per second; default: not limited"),
});

export const timeoutsSchema: Schema<TimeoutsSource> = mapping({
  detect: durationText()
    .optional()
    .describe("for the first bytes, before a connection is forwarded as opaque; default 1s"),
  unauthenticated: durationOrOff()
    .optional()
    .describe("from accept until the broker has let a Kafka client in, or off; default 1m"),
  idle: durationText().optional().describe("without a byte in either direction; default 10m"),
  maxAge: durationOrOff()
    .optional()
    .describe("until a connection is told to end, between two requests, or off; default off"),
});
