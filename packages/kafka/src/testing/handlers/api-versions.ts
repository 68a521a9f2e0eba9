import { ApiVersions } from "../../protocol/generated/api-versions.ts";
import { serveApi } from "../handler.ts";
import type { ServedApi } from "../handler.ts";

const produceKey = 0;

/** What is served, and in which versions: by `served` and by itself. */
export function apiVersions(served: readonly ServedApi[]): ServedApi {
  const versions: readonly [number, number] = [0, 4];
  const itself = { apiKey: ApiVersions.key, minVersion: versions[0], maxVersion: versions[1] };
  const others = served.map(({ api, versions: { min, max } }) => ({
    apiKey: api.key,
    // Brokers say 0 and refuse 0 to 2: librdkafka takes more to mean that it must not compress (KAFKA-18659).
    minVersion: api.key === produceKey ? 0 : min,
    maxVersion: max,
  }));
  const apiKeys = [...others, itself].toSorted((one, other) => one.apiKey - other.apiKey);
  return serveApi(ApiVersions, versions, () => ({ apiKeys }));
}
