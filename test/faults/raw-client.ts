import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";

import {
  decodeResponseBody,
  encodeRequestFrame,
  FrameDecoder,
  readResponseFrame,
} from "@pagoda/kafka/protocol";
import type { ApiDefinition, Partially } from "@pagoda/kafka/protocol";

/** A client that says what no Kafka client would, and sees what it gets. */
export interface RawClient {
  readonly socket: Socket;
  /** Sends a request, and does not wait for its answer. */
  send<Req>(api: ApiDefinition<Req, unknown>, version: number, body: Partially<Req>): void;
  /** Sends a request and answers with the body of the next response. @throws Error when it is closed first */
  ask<Req, Res>(api: ApiDefinition<Req, Res>, version: number, body: Partially<Req>): Promise<Res>;
  /** Settles when the connection is gone, however it ended. */
  readonly closed: Promise<void>;
}

export async function openRaw(port: number): Promise<RawClient> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  const decoder = new FrameDecoder({ maxFrameBytes: 0x7fff_ffff });
  const waiting: PromiseWithResolvers<Uint8Array>[] = [];
  socket.on("error", () => {});
  const closed = new Promise<void>((resolve) => {
    socket.once("close", () => {
      for (const { reject } of waiting) reject(new Error("the connection closed without an answer"));
      resolve();
    });
  });
  let correlationId = 0;
  const send: RawClient["send"] = (api, version, body) => {
    correlationId += 1;
    const header = { correlationId, clientId: "raw" };
    socket.write(encodeRequestFrame(api, version, header, api.request.of(body)));
  };
  return {
    socket,
    closed,
    send,
    ask: async (api, version, body) => {
      // From now on: a client that only sends does not read.
      if (socket.listenerCount("data") === 0) {
        socket.on("data", (chunk: Buffer) => {
          for (const frame of decoder.push(chunk)) waiting.shift()?.resolve(frame);
        });
      }
      const answer = Promise.withResolvers<Uint8Array>();
      waiting.push(answer);
      send(api, version, body);
      return decodeResponseBody(readResponseFrame(await answer.promise, api, version), api);
    },
  };
}
