import { ApiVersions, encodeResponseFrame, FrameDecoder, Metadata } from "@pagoda/kafka/protocol";
import type { ApiDefinition, Partially } from "@pagoda/kafka/protocol";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout } from "node:timers/promises";

import { apis } from "../../packages/kafka/src/protocol/generated/registry.ts";
import type { Random } from "../../packages/kafka/test/fuzz/random.ts";
import { strangeResponse } from "./strange-messages.ts";

/** A broker that says where it is, most of the time, and otherwise anything. */
export interface StrangeBroker extends AsyncDisposable {
  readonly bootstrap: string;
  /** Requests that reached it. */
  readonly requests: number;
}

export async function startStrangeBroker(random: Random): Promise<StrangeBroker> {
  const server = createServer((socket) => void serve(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const open = new Set<Socket>();
  let requests = 0;

  async function serve(socket: Socket): Promise<void> {
    open.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => open.delete(socket));
    const decoder = new FrameDecoder();
    try {
      for await (const chunk of socket) {
        for (const frame of decoder.push(chunk as Buffer)) {
          requests += 1;
          await answer(socket, Buffer.from(frame));
        }
      }
    } catch {
      // What cannot be read ends the connection, as with any broker.
    }
    socket.destroy();
  }

  async function answer(socket: Socket, frame: Buffer): Promise<void> {
    const [key, version, correlationId] = [frame.readInt16BE(0), frame.readInt16BE(2), frame.readInt32BE(4)];
    const honest = random.below(10) > 0 ? honestly(key, version, correlationId) : undefined;
    const bytes = honest ?? strangeResponse(random, { key, version, correlationId });
    switch (random.below(40)) {
      case 0:
        return;
      case 1:
        socket.resetAndDestroy();
        return;
      case 2:
        socket.end(bytes.subarray(0, random.below(bytes.length)));
        return;
      case 3:
        socket.write(bytes.subarray(0, 3));
        await setTimeout(20);
        socket.write(bytes.subarray(3));
        return;
      default:
        socket.write(bytes);
    }
  }

  function honestly(key: number, version: number, correlationId: number): Uint8Array | undefined {
    const header = { correlationId };
    const respond = <Res>(api: ApiDefinition<unknown, Res>, body: Partially<Res>): Uint8Array | undefined =>
      version > api.versions.max
        ? undefined
        : encodeResponseFrame(api, version, header, api.response.of(body));
    if (key === ApiVersions.key) {
      const apiKeys = Object.values(apis).map(({ key: apiKey, versions: { min, max } }) => {
        return { apiKey, minVersion: min, maxVersion: max };
      });
      return respond(ApiVersions as ApiDefinition<unknown, never>, { apiKeys } as never);
    }
    if (key !== Metadata.key) return undefined;
    const brokers = [{ nodeId: 1, host: "127.0.0.1", port }];
    return respond(Metadata as ApiDefinition<unknown, never>, { brokers, controllerId: 1 } as never);
  }

  return {
    bootstrap: `127.0.0.1:${port}`,
    get requests() {
      return requests;
    },
    [Symbol.asyncDispose]: async () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
