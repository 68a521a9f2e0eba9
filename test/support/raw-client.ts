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
import type { AnyApi, ApiDefinition, MessageCodec } from "@pagoda/kafka/protocol";

type FieldsOf<T> = Parameters<MessageCodec<T>["of"]>[0];

/** One connection, on which requests of any version are asked one after the other. */
export class RawClient implements Disposable {
  readonly #socket: Socket;
  readonly #frames: AsyncIterator<Uint8Array>;
  #correlationId = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#frames = framesOf(socket);
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

  async ask<Request, Response>(
    api: ApiDefinition<Request, Response>,
    version: number,
    fields: FieldsOf<Request>,
  ): Promise<Response> {
    const header = { correlationId: ++this.#correlationId, clientId: "raw" };
    const any = api as unknown as AnyApi;
    this.#socket.write(encodeRequestFrame(any, version, header, api.request.of(fields) as never));
    const next = await this.#frames.next();
    if (next.done === true) throw new Error(`closed instead of an answer to ${api.name} ${version}`);
    return decodeResponseBody(readResponseFrame(next.value, any, version), any) as Response;
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}

async function* framesOf(socket: Socket): AsyncGenerator<Uint8Array> {
  const decoder = new FrameDecoder();
  for await (const chunk of socket) yield* decoder.push(chunk as Buffer);
}
