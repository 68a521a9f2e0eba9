import { Context } from "@pagoda/core";
import type { SameLayer } from "@pagoda/core";
import { mockService } from "@pagoda/core/testing";
import type { MockService } from "@pagoda/core/testing";
import type { Connection } from "@pagoda/tcp";
import { memoryConnections } from "@pagoda/tcp/testing";
import { expect } from "vitest";

import type { KafkaAnswer, KafkaRequest } from "../../src/request.ts";
import { KafkaResponse } from "../../src/response.ts";
import { serveKafka } from "../../src/server.ts";
import type { ServeKafkaOptions } from "../../src/server.ts";
import { aTurn, metadataResponse, receive } from "./wire.ts";
import type { Received } from "./wire.ts";

/** A client that is served, and the service that answers it by hand. */
export interface Served {
  readonly client: Connection;
  readonly server: Connection;
  readonly broker: MockService<KafkaRequest, KafkaAnswer>;
  readonly received: Received;
  readonly done: Promise<void>;
  readonly cx: Context;
}

/** @param above a layer around the serving */
export function serve(
  options: ServeKafkaOptions = {},
  above: SameLayer<Connection, void> = (inner) => inner,
): Served {
  const [client, server] = memoryConnections();
  const broker = mockService<KafkaRequest, KafkaAnswer>();
  const cx = Context.background().fork();
  const done = above(serveKafka(() => broker.service, options)).call(server, cx);
  done.catch(() => {});
  return { client, server, broker, received: receive(client), done, cx };
}

export function answerTo(request: KafkaRequest): KafkaResponse {
  return KafkaResponse.read(metadataResponse(request.correlationId), request);
}

/** Waits until that many requests were taken. */
export async function arrived({ broker }: Pick<Served, "broker">, count: number): Promise<void> {
  for (let turn = 0; turn < 1_000 && broker.calls.length < count; turn++) await aTurn();
  expect(broker.calls).toHaveLength(count);
}

/** Bytes of an answer. */
export const sizes = metadataResponse(1).length;
