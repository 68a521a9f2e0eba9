// For people who assemble stacks.
export { describe, stack, Stack, tiers } from "./stack.ts";
export { timeout, TimeoutError } from "./layers/timeout.ts";
export type { TimeoutOptions } from "./layers/timeout.ts";

// For people who run them.
export { Context, contextKey } from "./context.ts";
export type { ContextKey, ForkOptions } from "./context.ts";
export { Drain } from "./drain.ts";
export type { DrainOptions, DrainState } from "./drain.ts";
export { CancelledError, classify, messageOf, ProxyError } from "./error.ts";
export type { Classification, ErrorKind } from "./error.ts";
export { Scope } from "./scope.ts";

// For people who write layers.
export { layer, named } from "./layer.ts";
export type { Layer, SameLayer, Tier } from "./layer.ts";
export { callable, milliseconds, notNegative, positive, whole } from "./options.ts";
export { guard, GuardedService, service } from "./service.ts";
export type { Call, Service, ServiceParts, ServiceStatus } from "./service.ts";
