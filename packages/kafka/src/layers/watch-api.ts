import type { Context, Observer } from "@pagoda/core";

import type { ApiDefinition } from "../protocol/api.ts";
import type { KafkaAnswer, KafkaRequest } from "../request.ts";
import { noResponse } from "../response.ts";
import type { KafkaResponse } from "../response.ts";
import { everyVersion } from "./versions.ts";
import type { VersionPredicate } from "./versions.ts";

/**
 * A request to look at: nothing of it leads to another one. The body of one that is not `whole`
 * cannot be read: it is on its way still.
 */
export type WatchedRequest<Req> = Pick<
  KafkaRequest<Req>,
  | "apiKey"
  | "apiVersion"
  | "correlationId"
  | "clientId"
  | "body"
  | "byteLength"
  | "expectsResponse"
  | "own"
  | "whole"
>;

/** A response to look at. The body of one that is not `whole` cannot be read: it is on its way still. */
export type WatchedResponse<Res> = Pick<
  KafkaResponse<Res>,
  "apiKey" | "apiVersion" | "body" | "byteLength" | "whole"
>;

/** Synchronous hooks that see the requests and responses of one API, and change nothing. */
export interface ApiWatcher<Req, Res, State = undefined> {
  /**
   * Which versions the hooks are for.
   * @default every version that the codec knows
   */
  readonly versions?: VersionPredicate;
  /** A request came. What it returns the other hooks get as `state`. Write it first. */
  onRequest?(request: WatchedRequest<Req>, cx: Context): State;
  /** Not called for a request without a response (acks=0): `onSettled` is. */
  onResponse?(response: WatchedResponse<Res>, request: WatchedRequest<Req>, cx: Context, state: State): void;
  onFailure?(error: unknown, request: WatchedRequest<Req>, cx: Context, state: State): void;
  /** After everything else. */
  onSettled?(request: WatchedRequest<Req>, cx: Context, state: State): void;
}

/**
 * An observer of one API, for `observe([...])` of `@pagoda/core`: all that it is given cost one
 * tier together, and none a promise. Reading a body decodes it, once for all who read it.
 *
 * ```ts
 * observe([
 *   watchApi(Produce, { onRequest: ({ byteLength }) => void bytes.add(byteLength) }),
 *   watchApi(Metadata, { onResponse: ({ body }) => learn(body.brokers) }),
 * ]);
 * ```
 */
export function watchApi<Req, Res, State = undefined>(
  api: ApiDefinition<Req, Res>,
  watcher: ApiWatcher<Req, Res, State>,
): Observer<KafkaRequest, KafkaAnswer, State | undefined> {
  const { versions = everyVersion } = watcher;
  const concerns = (request: KafkaRequest): request is KafkaRequest<Req, Res> =>
    request.is(api) && versions(request.apiVersion);

  return {
    onCall: (request, cx) => (concerns(request) ? watcher.onRequest?.(request, cx) : undefined),
    onAnswer: (answer, request, cx, state) => {
      if (answer === noResponse || !concerns(request)) return;
      watcher.onResponse?.(answer as KafkaResponse<Res>, request, cx, state as State);
    },
    onFailure: (error, request, cx, state) => {
      if (concerns(request)) watcher.onFailure?.(error, request, cx, state as State);
    },
    onSettled: (request, cx, state) => {
      if (concerns(request)) watcher.onSettled?.(request, cx, state as State);
    },
  };
}
