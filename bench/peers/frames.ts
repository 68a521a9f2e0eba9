import { decodeResponseBody, encodeBatch, encodeRequestFrame } from "@pagoda/kafka/protocol";
import { Fetch, ListOffsets, Metadata, Produce, readResponseFrame } from "@pagoda/kafka/protocol";
import type { AnyApi, ApiDefinition, MessageCodec } from "@pagoda/kafka/protocol";

/** One request, encoded once and sent again and again, and what its answer has to be. */
export interface Exchange {
  readonly frame: Buffer;
  /** Bytes of records that one exchange carries, in whichever direction. */
  readonly recordBytes: number;
  /** Fails for an answer that is not the one asked for. */
  readonly check: (response: Uint8Array) => void;
}

type FieldsOf<T> = Parameters<MessageCodec<T>["of"]>[0];

/** A request as bytes, and how to read its answer. */
interface Asked<Res> {
  readonly frame: Buffer;
  readonly read: (response: Uint8Array) => Res;
}

/** Every frame of a connection has this correlation id: answers come in the order of the requests. */
const header = { correlationId: 1, clientId: "bench" };

function asked<Req, Res>(api: ApiDefinition<Req, Res>, version: number, fields: FieldsOf<Req>): Asked<Res> {
  const any = api as unknown as AnyApi;
  return {
    frame: Buffer.from(encodeRequestFrame(any, version, header, api.request.of(fields) as never)),
    read: (response) => decodeResponseBody(readResponseFrame(response, any, version), any) as Res,
  };
}

/** Which broker leads a partition. */
export function metadata(topic: string) {
  return asked(Metadata, 9, { topics: [{ name: topic }] });
}

/** Records of 1 KiB, as one batch for one partition, acks=1, not compressed. */
export function produce(topic: string, partition: number, records: number): Exchange {
  const value = Buffer.alloc(1_024, "v");
  const batch = encodeBatch({ records: Array.from({ length: records }, () => ({ key: null, value })) });
  const partitionData = [{ index: partition, records: batch }];
  const { frame, read } = asked(Produce, 9, {
    acks: 1,
    timeoutMs: 10_000,
    topicData: [{ name: topic, partitionData }],
  });
  return {
    frame,
    recordBytes: records * value.length,
    check: (response) => {
      const code = read(response).responses[0]?.partitionResponses[0]?.errorCode;
      if (code !== 0) throw new Error(`Produce failed with ${code}`);
    },
  };
}

/** The first records of a partition, up to `maxBytes`: from the page cache, the same every time. */
export function fetch(topic: string, partition: number, maxBytes: number): Exchange {
  const { frame, read } = asked(Fetch, 12, {
    maxWaitMs: 500,
    minBytes: 1,
    maxBytes,
    topics: [{ topic, partitions: [{ partition, fetchOffset: 0n, partitionMaxBytes: maxBytes }] }],
  });
  let size: number | undefined;
  return {
    frame,
    recordBytes: maxBytes,
    check: (response) => {
      // Decoded once: an answer that fails is far shorter.
      if (size === undefined) {
        const code = read(response).responses[0]?.partitions[0]?.errorCode;
        if (code !== 0) throw new Error(`Fetch failed with ${code}`);
        size = response.length;
      }
      if (response.length !== size) throw new Error(`Fetch answered ${response.length} bytes, not ${size}`);
    },
  };
}

/** A request and a response of some sixty bytes, which no proxy has a reason to change. */
export function listOffsets(topic: string, partition: number): Exchange {
  const { frame, read } = asked(ListOffsets, 6, {
    replicaId: -1,
    topics: [{ name: topic, partitions: [{ partitionIndex: partition, timestamp: -2n }] }],
  });
  return {
    frame,
    recordBytes: 0,
    check: (response) => {
      const code = read(response).topics[0]?.partitions[0]?.errorCode;
      if (code !== 0) throw new Error(`ListOffsets failed with ${code}`);
    },
  };
}
