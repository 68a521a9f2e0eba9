import { Drain, observe, stack } from "@pagoda/core";
import { bind, connect, serve } from "@pagoda/tcp";
import { connect as dial, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";

import { frame, metadataRequest, metadataResponse } from "../test/support/wire.ts";
import { kafkaClient } from "./client.ts";
import { onApi } from "./layers/on-api.ts";
import { Metadata, SaslHandshake } from "./protocol/generated/index.ts";
import { encodeRequestFrame, encodeResponseFrame } from "./protocol/frame/encode-frame.ts";
import { FrameStream } from "./frame/frame-stream.ts";
import { isAccepted } from "./raw-tokens.ts";
import { KafkaRequest } from "./request.ts";
import type { KafkaAnswer } from "./request.ts";
import { KafkaResponse, noResponse } from "./response.ts";
import { serveKafka } from "./server.ts";

const open: { [Symbol.asyncDispose](): PromiseLike<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

/** A broker that answers each read with the next of these, as clients that authenticate wait for. */
async function scripted(answers: readonly Uint8Array[]): Promise<{ port: number; read: Buffer[] }> {
  const read: Buffer[] = [];
  const left = [...answers];
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => {
      read.push(chunk);
      const answer = left.shift();
      if (answer !== undefined && answer.length > 0) socket.write(answer);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  open.push({
    [Symbol.asyncDispose]: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  });
  return { port: (server.address() as AddressInfo).port, read };
}

/** What a client that talks to that broker through a proxy gets for each write; and what the layers saw. */
async function converse(steps: readonly (readonly [Uint8Array, Uint8Array])[]) {
  const broker = await scripted(steps.map(([, answer]) => answer));
  const seen: string[] = [];
  const watcher = {
    onAnswer: (answer: KafkaAnswer, { isRawToken, token, api }: KafkaRequest) => {
      if (!isRawToken) seen.push(api?.name ?? "unknown");
      else if (answer === noResponse) seen.push(`${text(token)} -> nothing`);
      else seen.push(`${text(token)} -> ${text(answer.token)}`);
    },
  };
  const service = serveKafka((_, scope) =>
    stack<KafkaRequest, KafkaAnswer>()
      .push(observe(watcher))
      .push(onApi(Metadata, { request: (request) => request }))
      .service(kafkaClient((cx) => connect({ host: "127.0.0.1", port: broker.port }, cx), scope)),
  );
  const drain = new Drain();
  const server = serve(await bind({ host: "127.0.0.1", port: 0, name: "test" }), service, { drain });
  open.push({ [Symbol.asyncDispose]: () => drain.start({ deadlineMs: 50 }).then(() => {}) });
  const socket = dial({ host: "127.0.0.1", port: server.address.port });
  socket.on("error", () => {});
  let received = Buffer.alloc(0);
  const got: Buffer[] = [];
  for (const [write, answer] of steps) {
    socket.write(write);
    while (received.length < answer.length) {
      received = Buffer.concat([received, await nextChunk(socket)]);
    }
    got.push(received.subarray(0, answer.length));
    received = received.subarray(answer.length);
  }
  socket.destroy();
  return { got, sent: Buffer.concat(broker.read), seen };
}

function nextChunk(socket: Socket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    socket.once("data", resolve);
    socket.once("close", () => reject(new Error("closed")));
  });
}

const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString("latin1");
const token = (value: string): Uint8Array => frame(...Buffer.from(value, "latin1"));

function handshake(mechanism: string, version = 0): Uint8Array {
  return encodeRequestFrame(
    SaslHandshake,
    version,
    { correlationId: 1, clientId: "old" },
    SaslHandshake.request.of({ mechanism }),
  );
}

function shaken(errorCode = 0): Uint8Array {
  const body = SaslHandshake.response.of({ errorCode, mechanisms: ["PLAIN"] });
  return encodeResponseFrame(SaslHandshake, 0, { correlationId: 1 }, body);
}

const metadata = [metadataRequest(2), metadataResponse(2)] as const;

describe("raw SASL tokens", () => {
  it.each([
    ["PLAIN", [[token("\0A\0\0\0\0\0\0\0\0\0\0"), token("")]]],
    [
      "SCRAM-SHA-256",
      [
        [token("n,,n=user,r=abc"), token("r=abcdef,s=x,i=4096")],
        [token("c=biws,r=abcdef,p=x"), token("v=x")],
      ],
    ],
    [
      "OAUTHBEARER",
      [
        [token("n,,\x01auth=Bearer x\x01\x01"), token('{"status":"invalid_token"}')],
        [token("\x01"), token("no")],
      ],
    ],
    [
      "GSSAPI",
      [
        [token("\x60\x82 a ticket of some length"), token("\x60\x81 an answer")],
        [token(""), token("\x05\x04\x05\xff layers")],
        // Answered only where the client waits for it, which it does not.
        [Buffer.concat([token("\x05\x04\x04\xff wrapped"), metadataRequest(7)]), metadataResponse(7)],
      ],
    ],
  ] as const)("of %s pass in order, and requests follow", async (mechanism, tokens) => {
    const steps = [[handshake(mechanism), shaken()] as const, ...tokens, metadata];
    const { got, sent } = await converse(steps);
    expect(got).toEqual(steps.map(([, answer]) => Buffer.from(answer)));
    expect(sent).toEqual(Buffer.concat(steps.map(([write]) => write)));
  });

  it("are pairs that layers see, and may pass", async () => {
    const { seen } = await converse([
      [handshake("GSSAPI"), shaken()],
      [token("one"), token("two")],
      [Buffer.concat([token("three"), metadataRequest(2)]), metadataResponse(2)],
    ]);
    expect(seen).toEqual(["SaslHandshake", "one -> two", "three -> nothing", "Metadata"]);
  });

  it("do not follow an answer that is too big to be in memory", () => {
    const request = KafkaRequest.read(handshake("PLAIN"));
    expect(isAccepted(KafkaResponse.read(shaken(), request))).toBe(true);
    expect(isAccepted(KafkaResponse.cut(new FrameStream(shaken(), 100_000, Infinity), request))).toBe(false);
  });

  it("are waited for where they are sent with the handshake", async () => {
    const { got } = await converse([[Buffer.concat([handshake("PLAIN"), token("\0a\0b")]), shaken()]]);
    expect(got).toEqual([Buffer.from(shaken())]);
  });

  it.each([
    ["was refused", handshake("PLAIN"), shaken(33)],
    ["is of version 1", handshake("PLAIN", 1), shaken()],
  ])("do not follow a handshake that %s", async (_, request, response) => {
    const { seen } = await converse([[request, response], metadata]);
    expect(seen).toEqual(["SaslHandshake", "Metadata"]);
  });

  it("do not hide what is no token and no request", async () => {
    const steps = [[handshake("PLAIN", 1), shaken()] as const, [token("\0a\0b"), token("")] as const];
    await expect(converse(steps)).rejects.toThrow("closed");
  });
});
