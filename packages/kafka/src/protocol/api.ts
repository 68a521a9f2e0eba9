import type { MessageCodec, Versions } from "./message.ts";

/** One API: its request, its response, and the headers that go before them. */
export interface ApiDefinition<Request, Response> {
  /** What stands in every request's header. */
  readonly key: number;
  /** Kafka's name for it, e.g. `Metadata`. */
  readonly name: string;
  /** The versions of request and response. */
  readonly versions: Versions;
  /** Null if there are none. */
  readonly flexibleVersions: Versions | null;
  /** The version that Kafka may still change, if the newest one is such. */
  readonly unstableVersion: number | null;
  readonly request: MessageCodec<Request>;
  readonly response: MessageCodec<Response>;
  /** Which RequestHeader goes before `version` of the request. */
  requestHeaderVersion(version: number): number;
  /** Which ResponseHeader goes before `version` of the response. */
  responseHeaderVersion(version: number): number;
}

const apiVersionsKey = 18;
const controlledShutdownKey = 7;

/** Makes an API from its two messages. */
export function apiDefinition<Request, Response>(
  name: string,
  key: number,
  unstableVersion: number | null,
  request: MessageCodec<Request>,
  response: MessageCodec<Response>,
): ApiDefinition<Request, Response> {
  const flexibleRequests = request.flexibleVersions?.min ?? Number.POSITIVE_INFINITY;
  const flexibleResponses = response.flexibleVersions?.min ?? Number.POSITIVE_INFINITY;
  return {
    key,
    name,
    versions: request.validVersions,
    flexibleVersions: request.flexibleVersions,
    unstableVersion,
    request,
    response,
    requestHeaderVersion(version) {
      if (version >= flexibleRequests) return 2;
      // From before clients had ids.
      return key === controlledShutdownKey && version === 0 ? 0 : 1;
    },
    responseHeaderVersion(version) {
      // A client that asks for versions cannot know yet which header the broker would use (KIP-511).
      if (key === apiVersionsKey) return 0;
      return version >= flexibleResponses ? 1 : 0;
    },
  };
}
