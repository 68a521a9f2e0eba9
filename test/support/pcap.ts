import type { CapturedConnection, Segment } from "./capture.ts";

/** The port of the servers in a capture file: the one at which analysers look for Kafka. */
export const serverPort = 9092;

const firstClientPort = 20_000;
const linkTypeRawIp = 101;
const ipBytes = 20;
const tcpBytes = 20;
// What an IP packet has room for, in halves so that long frames come in several packets.
const maxSegmentBytes = 32_000;
const syn = 0x02;
const pushAck = 0x18;
const synAck = 0x12;

/**
 * The connections as a capture file (libpcap) of TCP over IPv4 between two addresses: each with its
 * handshake, so that an analyser follows it from the start; segments as they came by, but none
 * larger than a packet. Connection `n` is the analyser's stream `n`. Checksums are left at zero.
 */
export function pcapOf(connections: readonly CapturedConnection[]): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32BE(0xa1b2c3d4);
  header.writeUInt16BE(2, 4);
  header.writeUInt16BE(4, 6);
  header.writeUInt32BE(0x40000, 16);
  header.writeUInt32BE(linkTypeRawIp, 20);
  const packets: Buffer[] = [];
  for (const [index, { segments }] of connections.entries()) {
    const sent = { client: 0, server: 0 };
    const put = (from: Segment["from"], flags: number, bytes: Uint8Array): void => {
      const to = from === "client" ? "server" : "client";
      const ports = { client: firstClientPort + index, server: serverPort };
      const packet = tcpPacket(from, [ports[from], ports[to]], [sent[from], sent[to]], flags, bytes);
      packets.push(recordHeader(packets.length, packet.length), packet);
      sent[from] += flags === pushAck ? bytes.length : 1;
    };
    put("client", syn, new Uint8Array());
    put("server", synAck, new Uint8Array());
    for (const { from, bytes } of segments) {
      for (let at = 0; at < bytes.length; at += maxSegmentBytes) {
        put(from, pushAck, bytes.subarray(at, at + maxSegmentBytes));
      }
    }
  }
  return Buffer.concat([header, ...packets]);
}

function recordHeader(sequence: number, length: number): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32BE(Math.floor(sequence / 1_000_000), 0);
  header.writeUInt32BE(sequence % 1_000_000, 4);
  header.writeUInt32BE(length, 8);
  header.writeUInt32BE(length, 12);
  return header;
}

function tcpPacket(
  from: Segment["from"],
  [sourcePort, targetPort]: readonly [number, number],
  [sequence, acknowledged]: readonly [number, number],
  flags: number,
  bytes: Uint8Array,
): Buffer {
  const packet = Buffer.alloc(ipBytes + tcpBytes + bytes.length);
  packet[0] = 0x45;
  packet.writeUInt16BE(packet.length, 2);
  packet[8] = 64;
  packet[9] = 6;
  packet.set(from === "client" ? [10, 0, 0, 1, 10, 0, 0, 2] : [10, 0, 0, 2, 10, 0, 0, 1], 12);
  packet.writeUInt16BE(sourcePort, ipBytes);
  packet.writeUInt16BE(targetPort, ipBytes + 2);
  packet.writeUInt32BE(sequence, ipBytes + 4);
  packet.writeUInt32BE(flags === syn ? 0 : acknowledged, ipBytes + 8);
  packet[ipBytes + 12] = (tcpBytes / 4) << 4;
  packet[ipBytes + 13] = flags;
  packet.writeUInt16BE(0xffff, ipBytes + 14);
  packet.set(bytes, ipBytes + tcpBytes);
  return packet;
}
