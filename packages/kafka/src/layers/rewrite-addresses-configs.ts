import type { DescribeConfigsResponse } from "../protocol/generated/describe-configs.ts";

/** Broker configurations whose value has addresses: the schema sees plain text in them. */
const listenerConfigs: ReadonlySet<string> = new Set([
  "advertised.host.name",
  "advertised.listeners",
  "controller.quorum.bootstrap.servers",
  "controller.quorum.voters",
  "host.name",
  "listeners",
  "zookeeper.connect",
]);

interface Valued {
  readonly name: string;
  readonly value: string | null;
}

/**
 * Answers what has addresses as a broker answers a password: the configuration is there, sensitive
 * and without its value. Other values stay; a response that has none is returned itself.
 */
export function hideListeners(response: DescribeConfigsResponse): DescribeConfigsResponse {
  let found = false;
  const results = response.results.map((result) => ({
    ...result,
    configs: result.configs.map((config) => {
      if (!tells(config) && !config.synonyms.some(tells)) return config;
      found = true;
      const synonyms = config.synonyms.map((one) => (tells(one) ? { ...one, value: null } : one));
      return tells(config)
        ? { ...config, value: null, isSensitive: true, synonyms }
        : { ...config, synonyms };
    }),
  }));
  return found ? { ...response, results } : response;
}

function tells({ name, value }: Valued): boolean {
  return value !== null && value !== "" && listenerConfigs.has(name);
}
