import { apis, encodeRequestFrame, encodeResponseFrame } from "@pagoda/kafka/protocol";
import { describe, expect, it } from "vitest";

import type { CapturedConnection, Segment } from "../../../../../../../test/support/capture.ts";
import { pcapOf } from "../../../../../../../test/support/pcap.ts";
import { readRealFrames } from "../../../../../../kafka/test/real-frames.ts";
import { runCommand } from "../../../../../test/support/run-command.ts";
import { decodeCommand } from "../command.ts";

type Line = Readonly<Record<string, unknown>>;

/** What `pagoda decode -` prints for a capture that comes in portions of `portion` bytes. */
async function decoded(
  file: Buffer,
  portion = 65_536,
): Promise<{ code: number; lines: Line[]; summary: Line }> {
  const portions = Array.from({ length: Math.ceil(file.length / portion) }, (_, index) =>
    file.subarray(index * portion, (index + 1) * portion),
  );
  const { code, out } = await runCommand(decodeCommand, ["-"], portions);
  const lines = out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
  return { code, lines: lines.slice(0, -1), summary: lines.at(-1)?.["summary"] as Line };
}

function sized(frame: Uint8Array): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32BE(frame.length);
  return Buffer.concat([size, frame]);
}

function connection(...segments: readonly (readonly [Segment["from"], Uint8Array])[]): CapturedConnection {
  return { client: "test", segments: segments.map(([from, bytes]) => ({ from, bytes })) };
}

function request(correlationId: number, topic = "orders"): Uint8Array {
  const body = apis.Metadata.request.of({ topics: [{ name: topic }] });
  return encodeRequestFrame(apis.Metadata, 8, { correlationId, clientId: "test" }, body);
}

function response(correlationId: number): Uint8Array {
  const body = apis.Metadata.response.of({ clusterId: "c" });
  return encodeResponseFrame(apis.Metadata, 8, { correlationId }, body);
}

/** The packets of a capture that {@link pcapOf} wrote: headers and all. */
function packetsOf(file: Buffer): Buffer[] {
  const packets: Buffer[] = [];
  for (let at = 24; at < file.length;) {
    const length = 16 + file.readUInt32BE(at + 8);
    packets.push(file.subarray(at, at + length));
    at += length;
  }
  return packets;
}

function withPackets(file: Buffer, packets: readonly Buffer[]): Buffer {
  return Buffer.concat([file.subarray(0, 24), ...packets]);
}

/** The same packets in the newer kind of file, of the other byte order, with nanoseconds. */
function asPcapng(file: Buffer): Buffer {
  const block = (type: number, body: Buffer): Buffer => {
    const padded = Buffer.concat([body, Buffer.alloc((4 - (body.length % 4)) % 4)]);
    const whole = Buffer.alloc(padded.length + 12);
    whole.writeUInt32LE(type);
    whole.writeUInt32LE(whole.length, 4);
    padded.copy(whole, 8);
    whole.writeUInt32LE(whole.length, whole.length - 4);
    return whole;
  };
  const section = Buffer.alloc(16);
  section.writeUInt32LE(0x1a2b3c4d);
  section.writeUInt16LE(1, 4);
  section.fill(0xff, 8);
  const described = Buffer.alloc(20);
  described.writeUInt16LE(101);
  // if_tsresol: nanoseconds.
  described.writeUInt16LE(9, 8);
  described.writeUInt16LE(1, 10);
  described.writeUInt8(9, 12);
  const packets = packetsOf(file).map((packet) => {
    const nanoseconds =
      BigInt(packet.readUInt32BE(0)) * 1_000_000_000n + BigInt(packet.readUInt32BE(4)) * 1_000n;
    const head = Buffer.alloc(20);
    head.writeUInt32LE(Number(nanoseconds >> 32n), 4);
    head.writeUInt32LE(Number(nanoseconds & 0xffff_ffffn), 8);
    head.writeUInt32LE(packet.length - 16, 12);
    head.writeUInt32LE(packet.length - 16, 16);
    return block(6, Buffer.concat([head, packet.subarray(16)]));
  });
  // A block of statistics, to be passed over.
  return Buffer.concat([
    block(0x0a0d0d0a, section),
    block(1, described),
    ...packets,
    block(5, Buffer.alloc(12)),
  ]);
}

/** Raw IP packets with another link before them. */
function withLink(file: Buffer, linkType: number, link: Buffer): Buffer {
  const header = Buffer.from(file.subarray(0, 24));
  header.writeUInt32BE(linkType, 20);
  const packets = packetsOf(file).map((packet) => {
    const longer = Buffer.concat([packet.subarray(0, 16), link, packet.subarray(16)]);
    longer.writeUInt32BE(longer.length - 16, 8);
    return longer;
  });
  return Buffer.concat([header, ...packets]);
}

describe("pagoda decode of a capture", () => {
  const simple = pcapOf([
    connection(
      ["client", request(1)],
      ["server", response(1)],
      ["client", request(2)],
      ["server", response(2)],
    ),
  ]);

  it("prints each frame, with what a response answers", async () => {
    const { code, lines, summary } = await decoded(simple);
    expect(code).toBe(0);
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatchObject({
      connection: 1,
      client: "10.0.0.1:20000",
      server: "10.0.0.2:9092",
      from: "client",
      frame: "request",
      api: "Metadata",
      version: 8,
      header: { correlationId: 1, clientId: "test" },
      body: { topics: [{ name: "orders" }] },
    });
    expect(lines[1]).toMatchObject({
      from: "server",
      frame: "response",
      api: "Metadata",
      latencyMs: 0.002,
      header: { correlationId: 1 },
      body: { clusterId: "c" },
    });
    expect(summary).toEqual({
      packets: 6,
      connections: 1,
      requests: 2,
      responses: 2,
      unanswered: 0,
      lostBytes: 0,
      leftOut: {},
    });
  });

  it("decodes every real frame as it is decoded by itself", async () => {
    const frames = readRealFrames();
    const requests = frames.filter(({ direction, version }) => direction === "request" && version < 99);
    const connections = requests.map(({ hex }) => connection(["client", sized(Buffer.from(hex, "hex"))]));
    const { lines, summary } = await decoded(pcapOf(connections), 1_000);
    expect(summary).toMatchObject({ requests: requests.length, lostBytes: 0 });
    for (const [index, { hex }] of requests.entries()) {
      const line = lines.find((one) => one["connection"] === index + 1);
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const alone = JSON.parse((await runCommand(decodeCommand, [hex])).out) as Line;
      expect(line).toMatchObject(alone);
    }
  });

  it.each([
    ["pcapng", asPcapng(simple)],
    ["Ethernet", withLink(simple, 1, Buffer.from("0000000000010000000000020800", "hex"))],
    ["Ethernet with a VLAN", withLink(simple, 1, Buffer.from("000000000001000000000002810000050800", "hex"))],
    ["Linux any", withLink(simple, 113, Buffer.from("00000001000600000000000000000800", "hex"))],
    [
      "Linux any of the newer form",
      withLink(simple, 276, Buffer.from("0800000000000001000100060000000000000000", "hex")),
    ],
    ["BSD loopback", withLink(simple, 0, Buffer.from("02000000", "hex"))],
  ])("reads %s, whatever portions it comes in", async (_kind, file) => {
    const expected = (await decoded(simple)).lines;
    for (const portion of [1, 7, 100_000]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect((await decoded(file, portion)).lines).toEqual(expected);
    }
  });

  it("puts segments in order that came twice, or in another order", async () => {
    const bytes = request(1, "a-topic-with-a-name-that-is-cut-into-pieces");
    const pieces = [0, 10, 20, 30].map((at) => bytes.subarray(at, at === 30 ? bytes.length : at + 10));
    const file = pcapOf([connection(...pieces.map((piece) => ["client", piece] as const))]);
    const [syn, synAck, first, second, third, fourth] = packetsOf(file);
    const mixed = [syn, synAck, third, first, first, fourth, second, third] as Buffer[];
    const { lines, summary } = await decoded(withPackets(file, mixed));
    expect(lines).toMatchObject([
      { body: { topics: [{ name: "a-topic-with-a-name-that-is-cut-into-pieces" }] } },
    ]);
    expect(summary).toMatchObject({ requests: 1, lostBytes: 0, unanswered: 1 });
  });

  it("says what is missing, and goes on with the next frame", async () => {
    const file = pcapOf([
      connection(
        ["client", request(1)],
        ["client", request(2)],
        ["client", request(3)],
        ["server", response(3)],
      ),
    ]);
    const packets = packetsOf(file);
    const { lines, summary } = await decoded(withPackets(file, packets.toSpliced(3, 1)));
    expect(lines).toMatchObject([
      { from: "client", header: { correlationId: 1 } },
      { from: "client", lost: { bytes: request(2).length, reason: "not in the capture" } },
      { from: "client", header: { correlationId: 3 } },
      { from: "server", header: { correlationId: 3 } },
    ]);
    expect(summary).toMatchObject({ requests: 2, responses: 1, lostBytes: request(2).length });
  });

  it("costs only its frame what is missing within it", async () => {
    const long = request(1, "x".repeat(200));
    const file = pcapOf([
      connection(
        ["client", long.subarray(0, 50)],
        ["client", long.subarray(50, 100)],
        ["client", long.subarray(100)],
        ["client", request(2)],
      ),
    ]);
    const { lines, summary } = await decoded(withPackets(file, packetsOf(file).toSpliced(3, 1)));
    expect(lines).toMatchObject([
      { from: "client", lost: { bytes: long.length, reason: "a frame with bytes missing" } },
      { header: { correlationId: 2 } },
    ]);
    expect(summary).toMatchObject({ requests: 1, lostBytes: long.length });
  });

  it("finds its way into a connection whose beginning was not captured", async () => {
    const file = pcapOf([
      connection(["client", request(1).subarray(9)], ["client", request(2)], ["server", response(2)]),
    ]);
    const { lines, summary } = await decoded(withPackets(file, packetsOf(file).slice(2)));
    expect(lines).toMatchObject([
      { from: "client", header: { correlationId: 2 } },
      { from: "server", header: { correlationId: 2 } },
    ]);
    expect(summary).toMatchObject({ requests: 1, responses: 1, lostBytes: request(1).length - 9 });
  });

  it("says of TLS and of other protocols that they are left out", async () => {
    const hello = Buffer.from("16030100c8010000c40303000000000000", "hex");
    const { code, lines, summary } = await decoded(
      pcapOf([connection(["client", hello]), connection(["client", Buffer.from("GET / HTTP/1.1\r\n\r\n")])]),
    );
    expect([code, lines]).toEqual([0, []]);
    expect(summary).toMatchObject({
      connections: 2,
      leftOut: { "connections: TLS": 1, "connections: not Kafka": 1 },
    });
  });

  it("expects no answer to Produce with acks=0", async () => {
    const body = apis.Produce.request.of({ acks: 0 });
    const frame = encodeRequestFrame(apis.Produce, 8, { correlationId: 1, clientId: "test" }, body);
    expect((await decoded(pcapOf([connection(["client", frame])]))).summary).toMatchObject({ unanswered: 0 });
  });

  it.each([
    ["within a packet", simple.subarray(0, -3), "it ends within a packet"],
    ["with a packet that cannot be", Buffer.concat([simple, Buffer.alloc(16, 0x7f)]), "a packet of"],
    ["within a block", asPcapng(simple).subarray(0, -3), "it ends within a block"],
  ])("prints what is there of a file that ends %s, and exits with 1", async (_how, file, words) => {
    const { code, lines, summary } = await decoded(Buffer.from(file));
    expect(code).toBe(1);
    expect(lines.length).toBeGreaterThanOrEqual(3);
    expect(summary["error"]).toMatchObject({ code: "CAPTURE", message: expect.stringContaining(words) });
  });
});
