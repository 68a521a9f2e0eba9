import type { Connection } from "@pagoda/tcp";

import { ApiVersions, Metadata, Produce } from "../../src/protocol/generated/index.ts";
import { encodeRequestFrame, encodeResponseFrame } from "../../src/protocol/frame/encode-frame.ts";

/** A Metadata request of a client, as it goes on the wire. */
export function metadataRequest(correlationId: number, topic = "orders"): Uint8Array {
  const body = Metadata.request.of({ topics: [{ name: topic }] });
  return encodeRequestFrame(Metadata, 12, { correlationId, clientId: "test" }, body);
}

/** A broker's answer to it. */
export function metadataResponse(correlationId: number, clusterId = "cluster"): Uint8Array {
  return encodeResponseFrame(Metadata, 12, { correlationId }, Metadata.response.of({ clusterId }));
}

/** A Produce request without records. */
export function produceRequest(correlationId: number, acks: number, version = 9): Uint8Array {
  const body = Produce.request.of({ acks, topicData: [] });
  return encodeRequestFrame(Produce, version, { correlationId, clientId: "test" }, body);
}

export function produceResponse(correlationId: number): Uint8Array {
  return encodeResponseFrame(Produce, 9, { correlationId }, Produce.response.of());
}

export function apiVersionsRequest(correlationId: number, version: number): Uint8Array {
  const body = ApiVersions.request.of({ clientSoftwareName: "test", clientSoftwareVersion: "1" });
  return encodeRequestFrame(ApiVersions, version, { correlationId, clientId: "test" }, body);
}

/** A frame of these bytes. */
export function frame(...bytes: number[]): Uint8Array {
  const framed = Buffer.alloc(4 + bytes.length);
  framed.writeInt32BE(bytes.length);
  framed.set(bytes, 4);
  return framed;
}

/** What comes out of a connection, kept. */
export interface Received {
  readonly chunks: readonly Buffer[];
  readonly bytes: Buffer;
  /** Lets streams and promises run until that many bytes are there. */
  atLeast(bytes: number): Promise<Buffer>;
}

export function receive({ stream }: Connection): Received {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  return {
    chunks,
    get bytes() {
      return Buffer.concat(chunks);
    },
    async atLeast(bytes) {
      for (let turn = 0; turn < 1_000 && this.bytes.length < bytes; turn++) await aTurn();
      return this.bytes;
    },
  };
}

/** One turn of the event loop, which no fake clock stops. */
export function aTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** A few of them: for what must not happen. */
export async function someTurns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await aTurn();
}

/** A Produce request of so many bytes of records, which nobody can read as such. */
export function bigProduceRequest(correlationId: number, acks: number, recordBytes: number): Uint8Array {
  const partitionData = [{ index: 0, records: Buffer.alloc(recordBytes, correlationId) }];
  const body = Produce.request.of({ acks, topicData: [{ name: "orders", partitionData }] });
  return encodeRequestFrame(Produce, 9, { correlationId, clientId: "test" }, body);
}
