import { Fetch } from "@pagoda/kafka/protocol";
import type { ApiVersionsResponse } from "@pagoda/kafka/protocol";

/** The highest level of `metadata.version` (KIP-584, KIP-778) that each release supports. */
const metadataLevels: readonly (readonly [level: number, release: string])[] = [
  [1, "3.0"],
  [2, "3.1"],
  [3, "3.2"],
  [7, "3.3"],
  [8, "3.4"],
  [11, "3.5"],
  [14, "3.6"],
  [19, "3.7"],
  [20, "3.8"],
  [21, "3.9"],
  [25, "4.0"],
  [27, "4.1"],
  [29, "4.2"],
  [30, "4.3"],
];

/** The release that brought each version of Fetch, for brokers that do not tell features. */
const fetchVersions: readonly (readonly [version: number, release: string])[] = [
  [4, "0.11"],
  [6, "1.0"],
  [7, "1.1"],
  [8, "2.0"],
  [10, "2.1"],
  [11, "2.3"],
  [12, "2.7"],
  [13, "3.1"],
  [15, "3.5"],
  [16, "3.7"],
  [17, "3.9"],
];

/**
 * Which Kafka answers so: by the features that it supports, else by its versions of Fetch. Brokers do
 * not say their release, and what is no Apache Kafka may say anything.
 */
export function whichKafka({ apiKeys, supportedFeatures }: ApiVersionsResponse): string {
  const level = supportedFeatures.find(({ name }) => name === "metadata.version")?.maxVersion;
  if (level !== undefined) {
    const release = metadataLevels.find(([highest]) => level <= highest)?.[1];
    return release === undefined ? `newer than Kafka ${metadataLevels.at(-1)?.[1]}` : `Kafka ${release}`;
  }
  const version = apiKeys.find(({ apiKey }) => apiKey === Fetch.key)?.maxVersion;
  const release = fetchVersions.findLast(([least]) => version !== undefined && version >= least)?.[1];
  return release === undefined ? "an old Kafka" : `like Kafka ${release}`;
}
