import { hasRole } from "../protocol/fields/map-structs.ts";
import { DescribeConfigs } from "../protocol/generated/describe-configs.ts";
import { walkToAddresses } from "../protocol/fields/walk-program.ts";
import type { WalkProgram } from "../protocol/fields/walk-program.ts";
import type { AnyApi } from "../protocol/lookup.ts";

/**
 * What is done with a response.
 *
 * - `pass`: it cannot have an address.
 * - `decode`: it is decoded, and encoded again if it has one.
 * - a program: a walk tells whether it has to be decoded.
 */
export type RewritePlan = "pass" | "decode" | WalkProgram;

const plans = new WeakMap<AnyApi, Map<number, RewritePlan>>();

/** The plan for responses to `version` of `api`; for bytes that the codec does not know, to pass. */
export function planOf(api: AnyApi | null, version: number): RewritePlan {
  if (api === null) return "pass";
  let known = plans.get(api);
  if (known === undefined) plans.set(api, (known = new Map()));
  let plan = known.get(version);
  if (plan === undefined) known.set(version, (plan = planFor(api, version)));
  return plan;
}

function planFor(api: AnyApi, version: number): RewritePlan {
  const { schema } = api.response;
  // No field of its own: an address is the value of a configuration.
  if (api.key === DescribeConfigs.key) return "decode";
  if (hasRole(schema, version, "nodeHost")) return "decode";
  if (!hasRole(schema, version, "brokerHost")) return "pass";
  return walkToAddresses(api, version) ?? "decode";
}
