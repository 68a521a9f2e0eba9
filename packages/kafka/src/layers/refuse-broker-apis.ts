import { callable, layer } from "@pagoda/core";
import type { Context, SameLayer } from "@pagoda/core";

import { KafkaApiError } from "../errors/error-answer.ts";
import { ApiVersions } from "../protocol/generated/api-versions.ts";
import { apis } from "../protocol/generated/registry.ts";
import { apiOfKey } from "../protocol/lookup.ts";
import type { Versions } from "../protocol/message.ts";
import type { KafkaAnswer, KafkaRequest } from "../request.ts";
import { brokerApis } from "./broker-apis.ts";
import { cutVersions } from "./cut-versions.ts";
import { replicaApis, replicaIdOf } from "./replica-id.ts";
import type { ApiName } from "./version-limits.ts";

export interface RefuseBrokerApisOptions {
  /**
   * APIs of brokers that pass nevertheless: `AddRaftVoter` for an admin client that adds a controller.
   * @default none
   */
  readonly allow?: readonly ApiName[];
  /**
   * Whether requests pass that say they are from a replica: for a broker that replicates through this
   * proxy. Clients have no right to; a broker asks for `ClusterAction` only where it has an authorizer.
   * @default false
   */
  readonly allowReplicas?: boolean;
  /** Told of each request that is refused. Must not throw. @default nobody */
  readonly onRefused?: (request: Pick<KafkaRequest, "apiKey" | "apiVersion">) => void;
}

/**
 * Refuses what only brokers and controllers say to one another, and hides it from ApiVersions: who
 * registers, replicates or votes through a proxy for clients is no client.
 *
 * Also refused are Fetch, ListOffsets and OffsetForLeaderEpoch that name a replica: a follower sees
 * records that are not committed, and moves the high watermark. Of a Fetch request no more is read
 * for that than the way to the id. In a version that the codec does not know these three are refused.
 *
 * The answer is CLUSTER_AUTHORIZATION_FAILED. Beside `negotiateVersions`, which has to be outside.
 */
export function refuseBrokerApis(
  options: RefuseBrokerApisOptions = {},
): SameLayer<KafkaRequest, KafkaAnswer> {
  const { allow = [], allowReplicas = false } = options;
  const onRefused = callable("onRefused", options.onRefused ?? (() => {}));
  const refusedFrom = new Map<number, number>();
  for (const [name, from] of Object.entries(brokerApis)) {
    if (!allow.includes(name as ApiName)) refusedFrom.set(apis[name as ApiName].key, from);
  }

  const refusalOf = (request: KafkaRequest): string | undefined => {
    const { apiKey, apiVersion, api } = request;
    if (apiVersion >= (refusedFrom.get(apiKey) ?? Infinity)) return "is for brokers only";
    if (allowReplicas || !replicaApis.has(apiKey)) return undefined;
    if (api === null) return "may be from a replica, and cannot be read";
    const replicaId = replicaIdOf(request);
    return replicaId >= 0 ? `is from replica ${replicaId}, which is no client` : undefined;
  };

  const offer = (apiKey: number, { min, max }: Versions): Versions | undefined => {
    const readable = allowReplicas || !replicaApis.has(apiKey) ? Infinity : newest(apiKey);
    const most = Math.min(max, (refusedFrom.get(apiKey) ?? Infinity) - 1, readable);
    return most < min ? undefined : { min, max: most };
  };

  return layer("refuseBrokerApis", (inner) => {
    const pass = (request: KafkaRequest, cx: Context): Promise<KafkaAnswer> => {
      const refusal = refusalOf(request);
      if (refusal !== undefined) {
        onRefused(request);
        const name = apiOfKey(request.apiKey)?.name ?? "";
        const message = `${name} v${request.apiVersion} ${refusal}`;
        return Promise.reject(new KafkaApiError("CLUSTER_AUTHORIZATION_FAILED", message));
      }
      const answer = inner.call(request, cx);
      return request.is(ApiVersions) ? cutVersions(answer, offer) : answer;
    };

    return (request: KafkaRequest, cx: Context) =>
      // A Fetch of thousands of partitions may be on its way still, with the id at its end.
      request.whole || allowReplicas || !replicaApis.has(request.apiKey)
        ? pass(request, cx)
        : request.gather().then((whole) => pass(whole, cx));
  });
}

function newest(apiKey: number): number {
  return apiOfKey(apiKey)?.versions.max ?? Infinity;
}
