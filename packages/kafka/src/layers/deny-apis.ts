import { callable, layer } from "@pagoda/core";
import type { SameLayer } from "@pagoda/core";

import { KafkaApiError } from "../errors/error-answer.ts";
import { apis } from "../protocol/generated/registry.ts";
import type { KafkaAnswer, KafkaRequest } from "../request.ts";
import type { ApiName } from "./version-limits.ts";

export interface DenyApisOptions {
  /** What is refused, by name: `DeleteTopics`. At least one. */
  readonly apis: readonly ApiName[];
  /** Told of each request that is refused. Must not throw. @default nobody */
  readonly onDenied?: (request: Pick<KafkaRequest, "apiKey" | "apiVersion">) => void;
}

/**
 * Refuses APIs with CLUSTER_AUTHORIZATION_FAILED, as a broker does whose rules say no. They stay in
 * ApiVersions: a client that does not find an API there says that the broker is too old, and one that
 * is told of the rule says so.
 *
 * A request that is on its way still has no such answer, and its connection is closed.
 * @throws RangeError for a name that is none, where the layer is made
 */
export function denyApis(options: DenyApisOptions): SameLayer<KafkaRequest, KafkaAnswer> {
  const onDenied = callable("onDenied", options.onDenied ?? (() => {}));
  if (options.apis.length === 0) throw new RangeError("apis must name at least one API");
  const denied = new Map(options.apis.map((name) => [keyOf(name), name]));

  return layer("denyApis", (inner) => (request: KafkaRequest, cx) => {
    const name = denied.get(request.apiKey);
    if (name === undefined) return inner.call(request, cx);
    onDenied(request);
    return Promise.reject(new KafkaApiError("CLUSTER_AUTHORIZATION_FAILED", `${name} is not allowed here`));
  });
}

function keyOf(name: string): number {
  const api = Object.hasOwn(apis, name) ? apis[name as ApiName] : undefined;
  if (api === undefined) throw new RangeError(`apis must be names of Kafka APIs, got "${name}"`);
  return api.key;
}
