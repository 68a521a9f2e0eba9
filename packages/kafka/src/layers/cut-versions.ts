import type { ApiVersionsResponse } from "../protocol/generated/api-versions.ts";
import type { Versions } from "../protocol/message.ts";
import type { KafkaAnswer } from "../request.ts";
import { noResponse } from "../response.ts";
import type { KafkaResponse } from "../response.ts";

/**
 * The ApiVersions response that is coming, with what `offer` makes of the versions of each API;
 * undefined leaves the API out. What else it says stays, and all of it where no version changes.
 */
export async function cutVersions(
  coming: Promise<KafkaAnswer>,
  offer: (apiKey: number, versions: Versions) => Versions | undefined,
): Promise<KafkaResponse<ApiVersionsResponse>> {
  const answer = await coming;
  if (answer === noResponse) throw new TypeError("ApiVersions was answered without a response");
  const response = (await answer.gather()) as KafkaResponse<ApiVersionsResponse>;
  const { body } = response;
  let changed = false;
  const apiKeys = body.apiKeys.flatMap((one) => {
    const versions = offer(one.apiKey, { min: one.minVersion, max: one.maxVersion });
    if (versions?.min === one.minVersion && versions.max === one.maxVersion) return [one];
    changed = true;
    return versions === undefined ? [] : [{ ...one, minVersion: versions.min, maxVersion: versions.max }];
  });
  return changed ? response.withBody({ ...body, apiKeys }) : response;
}
