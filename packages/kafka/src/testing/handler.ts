import type { Context } from "@pagoda/core";

import type { ApiDefinition } from "../protocol/api.ts";
import { kafkaErrorNamed } from "../protocol/errors/error-codes.ts";
import type { KafkaErrorName } from "../protocol/errors/error-codes.ts";
import type { AnyApi } from "../protocol/lookup.ts";
import type { Versions } from "../protocol/message.ts";
import type { Partially } from "../protocol/schema/defaults.ts";
import type { Struct } from "../protocol/schema/schema.ts";
import { answerInVersion } from "./answer-in-version.ts";
import type { ClusterState } from "./cluster-state.ts";

/** Who asks. */
export interface ClientInfo {
  readonly clientId: string | null;
  /** Address or name, as DescribeGroups tells it. */
  readonly host: string;
}

/** A request at one broker. */
export interface ApiCall<Request> {
  readonly cluster: ClusterState;
  /** The broker that was asked. */
  readonly nodeId: number;
  readonly version: number;
  readonly request: Request;
  readonly client: ClientInfo;
  readonly cx: Context;
}

/** An API that the cluster serves. */
export interface ServedApi {
  readonly api: AnyApi;
  readonly versions: Versions;
  /** The response's body; null where the client wants none. */
  readonly handle: (call: ApiCall<unknown>) => Promise<unknown>;
}

type Answer<Response> = Partially<Response> | null;

/** An API, the versions of it that are served, and what answers it: see {@link answerInVersion} for how. */
export function serveApi<Request, Response>(
  api: ApiDefinition<Request, Response>,
  [min, max]: readonly [min: number, max: number],
  handle: (call: ApiCall<Request>) => Answer<Response> | Promise<Answer<Response>>,
): ServedApi {
  return {
    api,
    versions: { min, max },
    handle: async (call) => {
      const answer = await handle(call as ApiCall<Request>);
      if (answer === null) return null;
      return answerInVersion(api.response.schema.fields, answer as Struct, call.version);
    },
  };
}

/** The number of an error, by its name. */
export function codeOf(name: KafkaErrorName): number {
  return kafkaErrorNamed(name).code;
}
