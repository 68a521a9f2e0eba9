import { layer } from "@pagoda/core";
import type { SameLayer } from "@pagoda/core";

import { KafkaApiError } from "../errors/error-answer.ts";
import { ApiVersions } from "../protocol/generated/api-versions.ts";
import { SaslAuthenticate } from "../protocol/generated/sasl-authenticate.ts";
import { SaslHandshake } from "../protocol/generated/sasl-handshake.ts";
import type { KafkaAnswer, KafkaRequest } from "../request.ts";
import { cutVersions } from "./cut-versions.ts";

const saslKeys: ReadonlySet<number> = new Set([SaslHandshake.key, SaslAuthenticate.key]);

/**
 * For a stack that logs in to the broker itself: to its clients it is a listener without SASL. Both
 * SASL APIs are hidden from ApiVersions and answered with ILLEGAL_SASL_STATE, as brokers do there; a
 * client's password goes no further.
 *
 * Inside of `negotiateVersions`.
 */
export function refuseSasl(): SameLayer<KafkaRequest, KafkaAnswer> {
  return layer("refuseSasl", (inner) => (request: KafkaRequest, cx) => {
    if (saslKeys.has(request.apiKey) || request.isRawToken) {
      const message = "this listener takes no logins: the proxy logs in to the brokers itself";
      return Promise.reject(new KafkaApiError("ILLEGAL_SASL_STATE", message));
    }
    const answer = inner.call(request, cx);
    if (!request.is(ApiVersions)) return answer;
    return cutVersions(answer, (apiKey, versions) => (saslKeys.has(apiKey) ? undefined : versions));
  });
}
