import type { Context, Service } from "@pagoda/core";

import type { ApiDefinition } from "./protocol/api.ts";
import { KafkaRequest } from "./request.ts";
import type { KafkaAnswer, NewRequest } from "./request.ts";
import { noResponse } from "./response.ts";
import type { KafkaResponse } from "./response.ts";

/**
 * Sends a request of one's own and answers with the body of its response: for layers and programs
 * that want to know something beside what clients ask.
 * ```ts
 * const { brokers } = await ask(broker, Metadata, { version: 9, body: Metadata.request.of({ topics: [] }) }, cx);
 * ```
 * @throws TypeError for a request without a response (Produce with acks=0)
 */
export async function ask<Req, Res>(
  service: Pick<Service<KafkaRequest, KafkaAnswer>, "call">,
  api: ApiDefinition<Req, Res>,
  request: NewRequest<Req>,
  cx: Context,
): Promise<Res> {
  const answer = await service.call(KafkaRequest.of(api, request), cx);
  if (answer === noResponse) throw new TypeError(`${api.name} was answered without a response`);
  const whole = answer.whole ? answer : await answer.gather();
  return (whole as KafkaResponse<Res>).body;
}
