import { layer, observe, named } from "@pagoda/core";
import type { Observer, SameLayer } from "@pagoda/core";

import { unlessUnreadable } from "../layers/unless-unreadable.ts";
import { watchApi } from "../layers/watch-api.ts";
import { ApiVersions } from "../protocol/generated/api-versions.ts";
import { SaslAuthenticate } from "../protocol/generated/sasl-authenticate.ts";
import { SaslHandshake } from "../protocol/generated/sasl-handshake.ts";
import type { KafkaAnswer, KafkaRequest } from "../request.ts";
import { noResponse } from "../response.ts";
import { currentSession } from "./kafka-session.ts";
import type { KafkaSession } from "./kafka-session.ts";

/**
 * Keeps a session up to date with what passes, and hands it to the layers inside (`currentSession`).
 * It only watches: every byte goes on as it came.
 *
 * The principal is read from SaslHandshake and SaslAuthenticate, and counts from when the broker has
 * said success. For GSSAPI, and mechanisms that nobody knows here, that is when the broker first
 * answers something else; who it is stays unknown. Raw tokens (SaslHandshake v0) are no requests:
 * whoever passes them on tells the session.
 *
 * Outside of whatever reads the session, and outside of `negotiateVersions`.
 */
export function kafkaSession(session: KafkaSession): SameLayer<KafkaRequest, KafkaAnswer> {
  const watch = observe<KafkaRequest, KafkaAnswer>(
    [
      requests(session),
      watchApi(ApiVersions, {
        versions: (version) => version >= 3,
        onRequest: (request) => {
          if (!request.whole) return;
          const { body } = request;
          session.sawSoftware({ name: body.clientSoftwareName, version: body.clientSoftwareVersion });
        },
      }),
      watchApi(SaslHandshake, {
        onResponse: (response, request) => {
          if (!request.whole || !response.whole) return;
          if (response.body.errorCode === 0) session.saslStarted(request.body.mechanism);
        },
      }),
      watchApi(SaslAuthenticate, {
        onResponse: (response, request) => {
          // No login is so big.
          if (!request.whole || !response.whole) return;
          const { body } = response;
          if (body.errorCode === 0) session.saslStep(request.body.authBytes, body.authBytes);
          else session.saslFailed();
        },
      }),
    ],
    { onHookError: unlessUnreadable },
  );
  const provide = layer<KafkaRequest, KafkaAnswer>(
    "kafkaSession",
    (inner) => (request, cx) => inner.call(request, cx.with(currentSession, session)),
  );
  return named("kafkaSession", (inner) => watch(provide(inner)));
}

function requests(session: KafkaSession): Observer<KafkaRequest, KafkaAnswer> {
  return {
    onCall: ({ own, clientId }) => {
      if (!own) session.sawClientId(clientId);
      return undefined;
    },
    onAnswer: (answer, { apiKey }) => {
      // Produce with acks=0 nobody has answered: it was only sent.
      if (answer === noResponse) session.letIn();
      else if (!beforeAuthentication.has(apiKey)) session.sawService();
    },
  };
}

/** What brokers answer to anybody. */
const beforeAuthentication: ReadonlySet<number> = new Set([
  ApiVersions.key,
  SaslHandshake.key,
  SaslAuthenticate.key,
]);
