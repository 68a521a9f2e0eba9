import { layer } from "@pagoda/core";
import type { Context, SameLayer } from "@pagoda/core";

import type { ApiDefinition } from "../protocol/api.ts";
import type { KafkaAnswer, KafkaRequest } from "../request.ts";
import { KafkaResponse, noResponse } from "../response.ts";
import { everyVersion } from "./versions.ts";
import type { VersionPredicate } from "./versions.ts";

type MaybePromise<T> = T | Promise<T>;

/** What to do with the requests and responses of one API. */
export interface ApiHooks<Req, Res> {
  /**
   * Which versions the hooks are for; the others pass.
   * @default every version that the codec knows
   */
  readonly versions?: VersionPredicate;
  /**
   * Given each request on its way down: answers it as it is, another one (`request.withBody`), or a
   * response (`request.respond`), which goes back at once. What it throws the client is told. All of
   * it is in memory: a big one that would be cut through is gathered first.
   */
  readonly request?: (
    request: KafkaRequest<Req, Res>,
    cx: Context,
  ) => MaybePromise<KafkaRequest<Req, Res> | KafkaResponse<Res>>;
  /**
   * Given each response on its way up, with the request as it was sent: answers it as it is, or
   * another one (`response.withBody`). Not called where there is no response (acks=0). All of it is
   * in memory: a big one that would be cut through is gathered first. The request is `whole` where
   * there is a `request` hook, or it was small.
   */
  readonly response?: (
    response: KafkaResponse<Res>,
    request: KafkaRequest<Req, Res>,
    cx: Context,
  ) => MaybePromise<KafkaResponse<Res>>;
}

/**
 * Looks at, changes or answers the requests of one API, with the types of that API. Others, and
 * versions that the codec does not know, pass untouched and undecoded.
 *
 * ```ts
 * onApi(Produce, {
 *   request: (request) =>
 *     request.body.acks === 1 ? request.withBody({ ...request.body, acks: -1 }) : request,
 * });
 * ```
 *
 * What only watches is cheaper as `watchApi` in `observe`.
 */
export function onApi<Req, Res>(
  api: ApiDefinition<Req, Res>,
  hooks: ApiHooks<Req, Res>,
): SameLayer<KafkaRequest, KafkaAnswer> {
  const { request: onRequest, response: onResponse, versions = everyVersion } = hooks;

  return layer(`onApi(${api.name})`, (inner) => {
    const send = (request: KafkaRequest<Req, Res>, cx: Context): Promise<KafkaAnswer> => {
      const answer = inner.call(request, cx);
      if (onResponse === undefined) return answer;
      return answer.then((response) => {
        if (response === noResponse) return response;
        const typed = response as KafkaResponse<Res>;
        if (typed.whole) return onResponse(typed, request, cx);
        return typed.gather().then((whole) => onResponse(whole, request, cx));
      });
    };
    const go = (next: KafkaRequest<Req, Res> | KafkaResponse<Res>, cx: Context): Promise<KafkaAnswer> =>
      next instanceof KafkaResponse ? Promise.resolve(next) : send(next, cx);

    const ask = (
      request: KafkaRequest<Req, Res>,
      cx: Context,
      hook: NonNullable<typeof onRequest>,
    ): Promise<KafkaAnswer> => {
      const next = hook(request, cx);
      return next instanceof Promise ? next.then((settled) => go(settled, cx)) : go(next, cx);
    };

    return (request: KafkaRequest, cx: Context) => {
      if (!request.is(api) || !versions(request.apiVersion)) return inner.call(request, cx);
      if (onRequest === undefined) return send(request, cx);
      if (request.whole) return ask(request, cx, onRequest);
      return request.gather().then((whole) => ask(whole, cx, onRequest));
    };
  });
}
