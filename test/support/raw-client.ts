import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout } from "node:timers/promises";
import type { Socket } from "node:net";

import {
  decodeResponseBody,
  encodeRequestFrame,
  FrameDecoder,
  Metadata,
  readResponseFrame,
} from "@pagoda/kafka/protocol";
import type { ApiDefinition, MessageCodec } from "@pagoda/kafka/protocol";

type FieldsOf<T> = Parameters<MessageCodec<T>["of"]>[0];

/** One connection that says what no Kafka client would, in any version, and sees what it gets. */
export class RawClient implements Disposable {
  readonly socket: Socket;
  /** Settles when the connection is gone, however it ended. */
  readonly closed: Promise<void>;
  readonly #decoder = new FrameDecoder({ maxFrameBytes: 0x7fff_ffff });
  readonly #waiting: PromiseWithResolvers<Uint8Array>[] = [];
  #correlationId = 0;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("error", () => {});
    this.closed = new Promise((resolve) => {
      socket.once("close", () => {
        for (const { reject } of this.#waiting) {
          reject(new Error("the connection closed without an answer"));
        }
        resolve();
      });
    });
  }

  /**
   * @param address `HOST:PORT`; the first of several
   * @param header sent before all else, such as one of the PROXY protocol
   */
  static async to(address: string, header = ""): Promise<RawClient> {
    const [host, port] = (address.split(",")[0] ?? "").split(":");
    const socket = connect({ host: host ?? "", port: Number(port), noDelay: true });
    await once(socket, "connect");
    if (header !== "") socket.write(header);
    return new RawClient(socket);
  }

  /**
   * A connection to the leader of partition 0, and the topic's id. A broker that has not heard of a
   * topic that was just made is asked again, for 10 s.
   */
  static async toLeader(bootstrap: string, topic: string): Promise<{ client: RawClient; topicId: string }> {
    using first = await RawClient.to(bootstrap);
    const untilMs = performance.now() + 10_000;
    for (;;) {
      const { brokers, topics } = await first.ask(Metadata, 12, { topics: [{ name: topic }] });
      const leaderId = topics[0]?.partitions[0]?.leaderId;
      const leader = brokers.find(({ nodeId }) => nodeId === leaderId);
      if (leader !== undefined) {
        const client = await RawClient.to(`${leader.host}:${leader.port}`);
        return { client, topicId: topics[0]?.topicId ?? "" };
      }
      if (performance.now() > untilMs) throw new Error(`${topic} has no leader`);
      await setTimeout(100);
    }
  }

  /** Sends a request, and does not wait for its answer. */
  send<Request, Response>(
    api: ApiDefinition<Request, Response>,
    version: number,
    fields: FieldsOf<Request>,
  ): void {
    const header = { correlationId: ++this.#correlationId, clientId: "raw" };
    this.socket.write(encodeRequestFrame(api, version, header, api.request.of(fields)));
  }

  /** Sends a request and answers with the body of the next response. @throws Error when it is closed first */
  async ask<Request, Response>(
    api: ApiDefinition<Request, Response>,
    version: number,
    fields: FieldsOf<Request>,
  ): Promise<Response> {
    // From now on: a client that only sends does not read.
    if (this.socket.listenerCount("data") === 0) {
      this.socket.on("data", (chunk: Buffer) => {
        for (const frame of this.#decoder.push(chunk)) this.#waiting.shift()?.resolve(frame);
      });
    }
    const answer = Promise.withResolvers<Uint8Array>();
    this.#waiting.push(answer);
    this.send(api, version, fields);
    return decodeResponseBody(readResponseFrame(await answer.promise, api, version), api);
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}
