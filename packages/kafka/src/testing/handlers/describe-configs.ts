import { DescribeConfigs } from "../../protocol/generated/describe-configs.ts";
import type {
  DescribeConfigsRequestDescribeConfigsResource,
  DescribeConfigsResponseDescribeConfigsResult,
} from "../../protocol/generated/describe-configs.ts";
import type { Partially } from "../../protocol/schema/defaults.ts";
import type { ClusterState } from "../cluster-state.ts";
import { codeOf, serveApi } from "../handler.ts";
import type { ServedApi } from "../handler.ts";
import type { Topic } from "../state/topics.ts";

const resourceTypes = { topic: 2, broker: 4 } as const;
/** KIP-226's numbers for where a value comes from. */
const sources = { topic: 1, default: 5 } as const;

interface Config {
  readonly name: string;
  readonly value: string;
  /** One of `sources`: without one Java's admin client fails. */
  readonly configSource: number;
}

/** A few settings, so that tools have something to show. */
export const describeConfigs: ServedApi = serveApi(DescribeConfigs, [1, 4], ({ cluster, request }) => ({
  results: request.resources.map((resource) => describe(cluster, resource)),
}));

function describe(
  cluster: ClusterState,
  { resourceType, resourceName, configurationKeys }: DescribeConfigsRequestDescribeConfigsResource,
): Partially<DescribeConfigsResponseDescribeConfigsResult> {
  const about = { resourceType, resourceName, errorMessage: null };
  const topic = resourceType === resourceTypes.topic ? cluster.topics.get(resourceName) : undefined;
  if (resourceType === resourceTypes.topic && topic === undefined) {
    return { ...about, errorCode: codeOf("UNKNOWN_TOPIC_OR_PARTITION") };
  }
  if (topic === undefined && resourceType !== resourceTypes.broker) {
    return { ...about, errorCode: codeOf("INVALID_REQUEST") };
  }
  const configs = topic === undefined ? brokerConfigs(cluster) : topicConfigs(topic);
  return {
    ...about,
    configs: configs
      .filter(({ name }) => configurationKeys === null || configurationKeys.includes(name))
      .map((config) => ({
        ...config,
        isDefault: config.configSource === sources.default,
        documentation: null,
      })),
  };
}

/** What a topic was made with, and the best known of what it was not. */
export function topicConfigs(topic: Topic): readonly Config[] {
  const own = [...topic.configs].map(([name, value]) => ({ name, value, configSource: sources.topic }));
  const rest = [
    { name: "cleanup.policy", value: "delete", configSource: sources.default },
    { name: "message.timestamp.type", value: "CreateTime", configSource: sources.default },
  ];
  return [...own, ...rest.filter(({ name }) => !topic.configs.has(name))];
}

function brokerConfigs({ settings }: ClusterState): readonly Config[] {
  const values = {
    "auto.create.topics.enable": settings.autoCreateTopics,
    "default.replication.factor": settings.defaultReplicationFactor,
    "message.max.bytes": settings.maxMessageBytes,
    "num.partitions": settings.defaultPartitions,
  };
  return Object.entries(values).map(([name, value]) => ({
    name,
    value: String(value),
    configSource: sources.default,
  }));
}
