import type { NextObserver } from "rxjs";

import type { Context } from "../context.ts";
import { classify } from "../error.ts";
import type { ErrorKind } from "../error.ts";
import { layer } from "../layer.ts";
import type { SameLayer } from "../layer.ts";
import { callable, milliseconds, whole } from "../options.ts";
import { Circuit } from "../parts/circuit.ts";
import type { CircuitState } from "../parts/circuit.ts";
import { failurePolicy } from "../parts/failure-policy.ts";
import type { ConsecutiveFailures, FailureRatio } from "../parts/failure-policy.ts";
import { abandoned } from "../parts/outcome.ts";
import type { Outcome } from "../parts/outcome.ts";

/**
 * Leaves a service alone that keeps failing: after too many failures calls are refused at once with
 * CIRCUIT_OPEN, then a few are let through as a trial, and when those succeed all of them again.
 *
 * Each stack has a circuit of its own. Put it over one endpoint rather than over a balancer, which
 * then avoids the endpoint while it is open; `timeout` goes below it, so that slowness is a failure.
 */
export type CircuitBreakerOptions = CircuitBreakerLimits & (ConsecutiveFailures | FailureRatio);

/** What a circuit breaker needs beyond how many failures are too many. */
export interface CircuitBreakerLimits {
  /** Milliseconds that calls are refused before a trial. Must be > 0. @default 10000 (10 s) */
  readonly openForMs?: number;
  /**
   * Calls that a trial lets through, and that all have to succeed; one failure opens the circuit
   * again. A whole number >= 1.
   * @default 1
   */
  readonly halfOpenCalls?: number;
  /**
   * Does this failure say that the service is unwell? What does not counts as a success: the
   * service answered. A call that its caller cancelled counts as nothing, and is not asked about,
   * unless it was a timeout above that cancelled it.
   * @default every kind of error but `cancelled`, `denied` and `invalid`
   */
  readonly isFailure?: (error: unknown) => boolean;
  /** Told every change of state, by every stack built with this layer: a rxjs `Subject`, say. */
  readonly states?: NextObserver<CircuitState>;
}

export function circuitBreaker<Req, Res>(options: CircuitBreakerOptions): SameLayer<Req, Res> {
  failurePolicy(options);
  const openForMs = milliseconds("openForMs", options.openForMs ?? 10_000);
  const halfOpenCalls = whole("halfOpenCalls", options.halfOpenCalls ?? 1, 1);
  const isFailure = callable("isFailure", options.isFailure ?? saysUnwell);
  const { states } = options;

  return layer("circuitBreaker", (inner) => {
    const onChange = (state: CircuitState): void => states?.next(state);
    const circuit = new Circuit({ policy: failurePolicy(options), openForMs, halfOpenCalls, onChange });

    return {
      call: async (request: Req, cx: Context) => {
        const ticket = circuit.enter();
        let outcome: Outcome = "succeeded";
        try {
          return await inner.call(request, cx);
        } catch (error) {
          if (abandoned(cx)) outcome = "cancelled";
          else if (isFailure(error)) outcome = "failed";
          throw error;
        } finally {
          circuit.leave(ticket, outcome);
        }
      },
      status: () => {
        const status = inner.status();
        return status === "open" && circuit.refuses ? "busy" : status;
      },
    };
  });
}

const faultOfTheRequest: ReadonlySet<ErrorKind> = new Set(["cancelled", "denied", "invalid"]);

function saysUnwell(error: unknown): boolean {
  return !faultOfTheRequest.has(classify(error).kind);
}
