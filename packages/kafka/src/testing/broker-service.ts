import { service } from "@pagoda/core";
import type { Context, Service } from "@pagoda/core";
import type { Connection } from "@pagoda/tcp";
import { once } from "node:events";
import type { Duplex } from "node:stream";

import { errorResponse } from "../protocol/errors/error-response.ts";
import { encodeResponseFrame } from "../protocol/frame/encode-frame.ts";
import { FrameDecoder } from "../protocol/frame/frame-decoder.ts";
import { decodeRequestBody, readRequestFrame } from "../protocol/frame/request-frame.ts";
import { ApiVersions } from "../protocol/generated/api-versions.ts";
import type { ClusterModel } from "./cluster-model.ts";
import { codeOf } from "./handler.ts";

export interface BrokerServiceOptions {
  /** Largest request, in bytes. A bigger one ends the connection before it is buffered. */
  readonly maxFrameBytes: number;
}

/**
 * One broker of the model, on connections: the wire around `ClusterModel.handle`.
 *
 * As a real broker does it, one request of a connection is served at a time, and answered before the
 * next is looked at; meanwhile the socket is not read.
 */
export function brokerService(
  model: ClusterModel,
  nodeId: number,
  { maxFrameBytes }: BrokerServiceOptions,
): Service<Connection, void> {
  return service(
    async (connection: Connection, cx: Context) => {
      const decoder = new FrameDecoder({ maxFrameBytes });
      // It half-closes: the answers to what came before the end have still to be sent.
      for await (const chunk of connection.stream.iterator({ destroyOnReturn: false })) {
        for (const frame of decoder.push(chunk as Uint8Array)) {
          const response = await answer(model, nodeId, frame, connection.remote.host, cx);
          if (response !== null) await write(connection.stream, response, cx);
        }
      }
      decoder.end();
    },
    { name: "memoryBroker" },
  );
}

/** The response's frame; null where the client wants none. */
async function answer(
  model: ClusterModel,
  nodeId: number,
  bytes: Uint8Array,
  host: string,
  cx: Context,
): Promise<Uint8Array | null> {
  const frame = readRequestFrame(bytes);
  const { api, apiKey, apiVersion, clientId } = frame;
  if (api === null && apiKey === ApiVersions.key) {
    // The one request that has to be answered in whatever version it comes (KIP-511).
    const refusal = errorResponse(ApiVersions, 0, codeOf("UNSUPPORTED_VERSION"), ApiVersions.request.of());
    return encodeResponseFrame(ApiVersions, 0, { correlationId: frame.correlationId }, refusal);
  }
  // It throws for an API or version that the codec does not know, and the connection ends, as a broker ends it.
  const request = decodeRequestBody(frame);
  if (api === null) return null;
  const body = await model.handle(nodeId, api, apiVersion, request, { clientId, host }, cx);
  const { correlationId } = frame;
  return body === null ? null : encodeResponseFrame(api, apiVersion, { correlationId }, body);
}

async function write(stream: Duplex, bytes: Uint8Array, { signal }: Context): Promise<void> {
  if (!stream.write(bytes)) await once(stream, "drain", { signal });
}
