import { Context } from "@pagoda/core";

import type { ApiDefinition } from "../src/protocol/api.ts";
import { kafkaErrorOf } from "../src/protocol/errors/error-codes.ts";
import { encodeBatch } from "../src/protocol/records/encode-batch.ts";
import type { NewBatch } from "../src/protocol/records/new-batch.ts";
import type { Partially } from "../src/protocol/schema/defaults.ts";
import type { ClusterModel } from "../src/testing/cluster-model.ts";

export interface AskOptions {
  /** @default 1 */
  readonly nodeId?: number;
  /** @default the newest that the codec knows */
  readonly version?: number;
  readonly cx?: Context;
}

/**
 * Asks a broker of a model as a client would: request and response go through their bytes, so that
 * what cannot be sent fails.
 */
export async function ask<Request, Response>(
  cluster: ClusterModel,
  api: ApiDefinition<Request, Response>,
  request: Partially<Request>,
  options: AskOptions = {},
): Promise<Response> {
  const { nodeId = 1, version = api.versions.max, cx = Context.background() } = options;
  const sent = api.request.decode(api.request.encode(api.request.of(request), version), version);
  const client = { clientId: "test", host: "192.0.2.1" };
  const answer = await cluster.handle(nodeId, api, version, sent, client, cx);
  return api.response.decode(api.response.encode(answer as Response, version), version);
}

/** The name of an error, as a test wants to read it. */
export function named(code: number | undefined): string {
  return code === undefined ? "nothing" : kafkaErrorOf(code).name;
}

/** One batch with a record for each value. */
export function batchOf(values: readonly string[], batch: Partial<NewBatch> = {}): Uint8Array {
  return encodeBatch({
    baseTimestamp: 1_000n,
    ...batch,
    records: values.map((value, index) => ({ value: Buffer.from(value), timestampDelta: BigInt(index) })),
  });
}

/** Values of records, as text. */
export function textsOf(records: readonly { readonly value: Uint8Array | null }[]): string[] {
  return records.map(({ value }) => Buffer.from(value ?? []).toString());
}
