import { classify, ProxyError } from "@pagoda/core";
import type { ErrorKind } from "@pagoda/core";

import { errorResponse } from "../protocol/errors/error-response.ts";
import type { ErrorToTell } from "../protocol/errors/error-response.ts";
import { errorsOf } from "../protocol/errors/errors-of.ts";
import { kafkaErrorNamed } from "../protocol/errors/error-codes.ts";
import type { KafkaErrorName } from "../protocol/errors/error-codes.ts";
import type { KafkaRequest } from "../request.ts";
import type { KafkaResponse } from "../response.ts";

/**
 * A failure with the very error that the client shall see. A layer throws it to refuse a request:
 *
 * ```ts
 * throw new KafkaApiError("TOPIC_AUTHORIZATION_FAILED", "topic payments is not for you");
 * ```
 */
export class KafkaApiError extends ProxyError {
  readonly code = "KAFKA_API_ERROR";
  readonly kind = "denied";
  readonly retriable: boolean;
  /** Kafka's name for the error. */
  readonly error: KafkaErrorName;
  /** Kafka's code for it. */
  readonly errorCode: number;

  constructor(error: KafkaErrorName, message: string, options?: ErrorOptions) {
    super(message, options);
    const known = kafkaErrorNamed(error);
    this.error = error;
    this.errorCode = known.code;
    this.retriable = known.retriable;
  }
}

/**
 * What a kind of failure becomes. Not there: what has broken the connection behind the service, or
 * the client's own. A broker that has such a problem closes, and clients know what to do then.
 */
const errorOfKind: { readonly [Kind in ErrorKind]?: KafkaErrorName } = {
  denied: "POLICY_VIOLATION",
  internal: "UNKNOWN_SERVER_ERROR",
  invalid: "INVALID_REQUEST",
  // Retriable everywhere, and true: the request was not carried out in the time it may take.
  overload: "REQUEST_TIMED_OUT",
  timeout: "REQUEST_TIMED_OUT",
};

/**
 * The response that tells the client of a failed call, in the version of its request. Undefined
 * where closing the connection is what is left: there is no answer to the request, or no place in it
 * for an error, or the failure is one of the connection, or the request is not `whole`, and what the
 * answer has to repeat of it not in memory.
 *
 * @throws MalformedMessageError when the request cannot be read
 */
export function errorAnswer(request: KafkaRequest, error: unknown): KafkaResponse | undefined {
  const { api, apiVersion } = request;
  const told = toldOf(error);
  if (told === undefined || api === null || !request.whole || !request.expectsResponse) return undefined;
  const body = errorResponse(api, apiVersion, told, request.body);
  return errorsOf(body).length === 0 ? undefined : request.respond(body);
}

/** Is there an answer for such a failure, if there is one for the request? */
export function isAnswerable(error: unknown): boolean {
  return toldOf(error) !== undefined;
}

/**
 * A layer that refuses says why to the client. Any other failure is for the log: its message may name
 * what is none of the client's business, the broker's address first of all.
 */
function toldOf(error: unknown): Exclude<ErrorToTell, number> | undefined {
  // Also behind what the boundaries between added to it.
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof KafkaApiError) return { code: at.errorCode, message: at.message };
  }
  const name = errorOfKind[classify(error).kind];
  return name === undefined ? undefined : { code: kafkaErrorNamed(name).code, message: null };
}
