import type { Drain } from "@pagoda/core";
import type { ListenerState } from "@pagoda/metrics";
import type { Endpoint } from "@pagoda/tcp";

import { jsonAnswer, textAnswer } from "./route.ts";
import type { TextAnswer } from "./route.ts";

/** One thing that has to hold before traffic should be sent here. */
export interface ReadinessCheck {
  readonly name: string;
  /** Undefined when it holds, else why it does not. */
  readonly failing: () => string | undefined;
}

/** A listener as the admin server shows it. */
export interface ListenerStatus {
  readonly name: string;
  /** Undefined while it is not bound. */
  readonly address: Endpoint | undefined;
  readonly state: ListenerState;
  /** Why it failed. */
  readonly reason?: string;
  /** Connections open now. */
  readonly connections: number;
}

/** Holds until a drain starts: nothing new is taken from then on. */
export function notDraining(drain: Drain, listeners: readonly ListenerStatus[]): ReadinessCheck {
  const left = listeners.reduce((sum, { connections }) => sum + connections, 0);
  const failing = (): string | undefined => {
    if (drain.state === "serving") return undefined;
    return drain.state === "draining" ? `draining (${left} connections left)` : drain.state;
  };
  return { name: "drain", failing };
}

/** Hold while each listener serves. */
export function listening(listeners: readonly ListenerStatus[]): readonly ReadinessCheck[] {
  return listeners.map(({ name, state, reason }) => ({
    name: `listener ${name}`,
    failing: () => (state === "serving" ? undefined : reason === undefined ? state : `${state}: ${reason}`),
  }));
}

export interface ReadinessOptions {
  /** All checks as JSON, with the same status. */
  readonly verbose: boolean;
  /** Whether reasons are told, which name upstreams; else only which checks fail. */
  readonly reasons: boolean;
}

/** 200 while every check holds, 503 with those that do not otherwise. */
export function readiness(
  checks: readonly ReadinessCheck[],
  { verbose, reasons }: ReadinessOptions,
): TextAnswer {
  const results = checks.map(({ name, failing }) => ({ name, reason: failing() }));
  const failed = results.filter(({ reason }) => reason !== undefined);
  const status = failed.length === 0 ? 200 : 503;
  if (verbose) {
    const each = results.map(({ name, reason }) => {
      return { name, ok: reason === undefined, ...(reason !== undefined && reasons && { reason }) };
    });
    return jsonAnswer({ ready: failed.length === 0, checks: each }, status);
  }
  if (failed.length === 0) return textAnswer("ready");
  const lines = failed.map(({ name, reason }) => `${name}: ${reasons ? reason : "failing"}`);
  return textAnswer(lines.join("\n"), status);
}
