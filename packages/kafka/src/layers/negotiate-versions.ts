import { callable, layer } from "@pagoda/core";
import type { SameLayer } from "@pagoda/core";

import { KafkaApiError } from "../errors/error-answer.ts";
import { ApiVersions } from "../protocol/generated/api-versions.ts";
import { kafkaErrorNamed } from "../protocol/errors/error-codes.ts";
import { apiOfKey } from "../protocol/lookup.ts";
import type { Versions } from "../protocol/message.ts";
import type { KafkaAnswer, KafkaRequest } from "../request.ts";
import { KafkaResponse } from "../response.ts";
import { cutVersions } from "./cut-versions.ts";
import { VersionLimits, within } from "./version-limits.ts";
import type { UnderstoodVersions, UnknownPolicy } from "./version-limits.ts";

/** The API and version that a request asks for. */
export type AskedVersion = Pick<KafkaRequest, "apiKey" | "apiVersion">;

/**
 * What this codec does not know of a request: the API itself (a vendor's, or of a newer Kafka), or
 * its version.
 */
export type UnknownReason = "unknown_api" | "unknown_version";

/** Why a request was refused: it is not known, or it is and the client was not offered it. */
export type VersionRefusal = UnknownReason | "not_offered";

export interface NegotiateVersionsOptions {
  /**
   * The versions that the layers of the stack understand, for each API where those are fewer than the
   * codec's. An API that is named here, `{}` will do, has to be read: what the codec does not know of
   * it never passes.
   *
   * `min` of Produce is enforced but not advertised: librdkafka would stop compressing (KAFKA-18659).
   * @default the codec's
   */
  readonly versions?: UnderstoodVersions;
  /**
   * APIs and versions that the codec does not know: they `pass` unread and are counted, or are hidden
   * and refused (`deny`). Some never pass: see {@link negotiateVersions}.
   * @default "pass"
   */
  readonly unknown?: UnknownPolicy;
  /** Told of each request that passes unread: for a counter. Must not throw. @default nobody */
  readonly onOpaque?: (request: AskedVersion, reason: UnknownReason) => void;
  /** Told of each request that is refused. Must not throw. @default nobody */
  readonly onRefused?: (request: AskedVersion, reason: VersionRefusal) => void;
}

/**
 * Lets clients use what the broker, this codec and the stack all understand, and nothing else.
 *
 * ApiVersions responses are cut down to that; what else they say (features, unknown fields) stays. A
 * request in a version that the client was not offered is answered with UNSUPPORTED_VERSION and never
 * reaches the broker; before the broker has said anything, what counts is codec and stack. Where the
 * codec does not know the version it cannot answer in it, and the connection is closed, as brokers do.
 *
 * A client whose ApiVersions request is too new is told UNSUPPORTED_VERSION in version 0, with the
 * versions of ApiVersions that it may use (KIP-511). The broker is not asked: before authentication it
 * answers only one ApiVersions request.
 *
 * With `unknown: "pass"` this never passes in a version that the codec does not know, and is not
 * advertised in one: ApiVersions, the SASL APIs, whatever carries addresses of brokers, and Produce.
 * With acks=0 there is no answer to Produce; a proxy that cannot read the acks would wait for it, and
 * give the client every later answer to the wrong request.
 *
 * Outermost of the layers that read requests; those above it see what it refuses. What a broker offers
 * is known by service: make the layer once, and a service with it for each connection.
 */
export function negotiateVersions(
  options: NegotiateVersionsOptions = {},
): SameLayer<KafkaRequest, KafkaAnswer> {
  const limits = new VersionLimits(options.versions ?? {}, options.unknown ?? "pass");
  const onOpaque = callable("onOpaque", options.onOpaque ?? (() => {}));
  const onRefused = callable("onRefused", options.onRefused ?? (() => {}));

  return layer("negotiateVersions", (inner) => {
    // Of what the broker of this connection was heard to offer, what may pass. Its newest word counts.
    let offered: ReadonlyMap<number, Versions> | undefined;

    const accepted = (apiKey: number): Versions | undefined => {
      if (offered === undefined) return limits.of(apiKey);
      return offered.get(apiKey) ?? (beyondLists(apiKey) ? limits.of(apiKey) : undefined);
    };

    const negotiate = async (coming: Promise<KafkaAnswer>): Promise<KafkaAnswer> => {
      const response = await cutVersions(coming, (apiKey, versions) => limits.offer(apiKey, versions));
      const { errorCode, apiKeys } = response.body;
      if (errorCode === 0) offered = new Map(apiKeys.map((one) => [one.apiKey, limits.accept(one)]));
      return response;
    };

    return (request: KafkaRequest, cx) => {
      const { apiKey, apiVersion, api } = request;
      const versions = accepted(apiKey);
      if (versions === undefined || !within(versions, apiVersion)) {
        onRefused(request, api === null ? unknownReason(apiKey) : "not_offered");
        if (apiKey === ApiVersions.key) return Promise.resolve(tooNew(request, versions));
        return Promise.reject(unsupported(request, versions));
      }
      if (api === null) onOpaque(request, unknownReason(apiKey));
      const answer = inner.call(request, cx);
      return apiKey === ApiVersions.key ? negotiate(answer) : answer;
    };
  });
}

/** May a broker serve it that does not list it? Nobody can tell of APIs that nobody knows. */
function beyondLists(apiKey: number): boolean {
  return apiKey === ApiVersions.key || apiOfKey(apiKey) === undefined;
}

function unknownReason(apiKey: number): UnknownReason {
  return apiOfKey(apiKey) === undefined ? "unknown_api" : "unknown_version";
}

/** What a broker answers to an ApiVersions request that is too new for it. */
function tooNew({ apiVersion }: KafkaRequest, versions: Versions = ApiVersions.versions): KafkaResponse {
  const own = { apiKey: ApiVersions.key, minVersion: versions.min, maxVersion: versions.max };
  const { code: errorCode } = kafkaErrorNamed("UNSUPPORTED_VERSION");
  return KafkaResponse.of(
    { apiKey: ApiVersions.key, apiVersion, api: ApiVersions },
    ApiVersions.response.of({ errorCode, apiKeys: [own] }),
  );
}

function unsupported({ apiKey, apiVersion }: KafkaRequest, versions: Versions | undefined): KafkaApiError {
  const name = apiOfKey(apiKey)?.name ?? `api key ${apiKey}`;
  const instead = versions === undefined ? "" : `: ${versions.min} to ${versions.max} are`;
  return new KafkaApiError("UNSUPPORTED_VERSION", `${name} v${apiVersion} is not served here${instead}`);
}
