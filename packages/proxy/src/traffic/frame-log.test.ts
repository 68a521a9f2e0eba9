import { KafkaRequest, KafkaResponse, noResponse } from "@pagoda/kafka";
import type { KafkaAnswer } from "@pagoda/kafka";
import { Metadata } from "@pagoda/kafka/protocol";
import { expect, it } from "vitest";

import { createLog } from "../log.ts";
import { frameLog } from "./frame-log.ts";

const metadata = KafkaRequest.of(Metadata, { version: 4, body: Metadata.request.of(), clientId: "logs-one" });
const request = KafkaRequest.read(metadata.toFrame(2));

function logged(answer: KafkaAnswer | undefined): object[] {
  const lines: string[] = [];
  const log = createLog({ destination: { write: (line: string) => void lines.push(line) } });
  const watcher = frameLog({ log, connection: { id: 7, listener: "main" } });
  const exchange = { request, startedMs: 1, sentMs: 0, receivedMs: 0, answeredBy: undefined };
  watcher.began?.(exchange);
  watcher.ended?.(exchange, {
    classification: "success",
    waited: false,
    endedMs: 2,
    throttleMs: 0,
    answer,
    failure: undefined,
  });
  return lines.map((line) => JSON.parse(line) as object);
}

it("says size and header of each frame, and nothing of what is in it", () => {
  const header = {
    listener: "main",
    conn: 7,
    api: "Metadata",
    version: 4,
    correlation: 2,
    client: "logs-one",
  };
  const answer = KafkaResponse.of(request, Metadata.response.of());
  expect(logged(answer)).toEqual([
    expect.objectContaining({ ...header, frame: "request", bytes: request.byteLength, msg: "kafka frame" }),
    expect.objectContaining({ ...header, frame: "response", bytes: 0 }),
  ]);
});

it.each<KafkaAnswer | undefined>([noResponse, undefined])(
  "has no line for a response that there is not",
  (answer) => {
    expect(logged(answer)).toHaveLength(1);
  },
);
