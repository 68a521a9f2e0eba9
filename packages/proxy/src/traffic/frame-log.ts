import { noResponse } from "@pagoda/kafka";
import type { KafkaRequest } from "@pagoda/kafka";
import { apiOfKey } from "@pagoda/kafka/protocol";
import type { ExchangeWatcher } from "@pagoda/metrics";
import type { Connection } from "@pagoda/tcp";

import type { Logger } from "../log.ts";

export interface FrameLogOptions {
  /** A line at `info` for each frame. */
  readonly log: Logger;
  readonly connection: Pick<Connection, "id" | "listener">;
}

/**
 * Logs what the header of each Kafka frame of a connection says, and how many bytes it has; never
 * what is in it. A response that is made here says 0 bytes: nobody has encoded it yet.
 */
export function frameLog({ log, connection: { id: conn, listener } }: FrameLogOptions): ExchangeWatcher {
  const write = (frame: "request" | "response", request: KafkaRequest, bytes: number): void => {
    const { apiKey, apiVersion: version, correlationId: correlation, clientId: client } = request;
    const api = request.isRawToken ? "SASL token" : (apiOfKey(apiKey)?.name ?? apiKey);
    log.info({ listener, conn, frame, api, version, correlation, client, bytes }, "kafka frame");
  };
  return {
    began: ({ request }) => write("request", request, request.byteLength),
    ended: ({ request }, { answer }) => {
      if (answer !== undefined && answer !== noResponse) write("response", request, answer.byteLength);
    },
  };
}
