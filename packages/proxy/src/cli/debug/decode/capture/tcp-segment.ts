import type { Packet } from "./packet.ts";

/** A TCP segment of a packet. */
export interface TcpSegment {
  readonly atMs: number;
  /** `10.0.0.1:20000`, `[::1]:9092`. */
  readonly source: string;
  readonly target: string;
  readonly sequence: number;
  /** What the sender has of the other side; meaningless without `isAck`. */
  readonly acknowledged: number;
  readonly isSyn: boolean;
  readonly isAck: boolean;
  readonly isReset: boolean;
  /** What was captured of its payload. */
  readonly payload: Buffer;
}

/** What a packet is, where it is no segment that can be read. */
export type NoSegment = "link type not known" | "not TCP" | "IP fragment" | "damaged";

const etherTypes = { ipv4: 0x0800, ipv6: 0x86dd } as const;
const vlanTags: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100]);
const tcp = 6;

/** Takes the segment out of a packet. */
export function segmentOf({ atMs, linkType, bytes }: Packet): TcpSegment | NoSegment {
  const ip = ipOf(linkType, bytes);
  if (typeof ip === "string") return ip;
  const version = (ip[0] ?? 0) >> 4;
  const found = version === 4 ? ofIpv4(ip) : version === 6 ? ofIpv6(ip) : "not TCP";
  if (typeof found === "string") return found;
  const { source, target, data } = found;
  if (data.length < 20) return "damaged";
  const headerBytes = ((data[12] as number) >> 4) * 4;
  if (headerBytes < 20 || headerBytes > data.length) return "damaged";
  const flags = data[13] as number;
  return {
    atMs,
    source: `${source}:${data.readUInt16BE(0)}`,
    target: `${target}:${data.readUInt16BE(2)}`,
    sequence: data.readUInt32BE(4),
    acknowledged: data.readUInt32BE(8),
    isSyn: (flags & 0x02) !== 0,
    isReset: (flags & 0x04) !== 0,
    isAck: (flags & 0x10) !== 0,
    payload: data.subarray(headerBytes),
  };
}

/** The IP packet in a frame of the link (tcpdump.org/linktypes). */
function ipOf(linkType: number, bytes: Buffer): Buffer | NoSegment {
  switch (linkType) {
    case 1:
      return ofEthernet(bytes);
    // BSD loopback: a family of 4 bytes, in the order of the machine or the network's.
    case 0:
    case 108:
      return bytes.subarray(4);
    case 12:
    case 14:
    case 101:
    case 228:
    case 229:
      return bytes;
    // Linux "any", of two forms.
    case 113:
      return ofType(bytes, 14, 16);
    case 276:
      return ofType(bytes, 0, 20);
    default:
      return "link type not known";
  }
}

function ofEthernet(bytes: Buffer): Buffer | NoSegment {
  let at = 12;
  while (at + 4 <= bytes.length && vlanTags.has(bytes.readUInt16BE(at))) at += 4;
  return ofType(bytes, at, at + 2);
}

function ofType(bytes: Buffer, typeAt: number, headerBytes: number): Buffer | NoSegment {
  if (bytes.length < headerBytes) return "damaged";
  const type = bytes.readUInt16BE(typeAt);
  if (type !== etherTypes.ipv4 && type !== etherTypes.ipv6) return "not TCP";
  return bytes.subarray(headerBytes);
}

interface InIp {
  readonly source: string;
  readonly target: string;
  readonly data: Buffer;
}

function ofIpv4(bytes: Buffer): InIp | NoSegment {
  if (bytes.length < 20) return "damaged";
  const headerBytes = ((bytes[0] as number) & 0x0f) * 4;
  if (bytes[9] !== tcp) return "not TCP";
  // More to come, or not the first.
  if ((bytes.readUInt16BE(6) & 0x3fff) !== 0) return "IP fragment";
  // 0: the network card cuts it into packets later.
  const total = bytes.readUInt16BE(2) || bytes.length;
  const address = (at: number): string => [...bytes.subarray(at, at + 4)].join(".");
  return { source: address(12), target: address(16), data: bytes.subarray(headerBytes, total) };
}

/** Headers that may stand before TCP's: hop-by-hop, routing, destination options. */
const skippedHeaders: ReadonlySet<number> = new Set([0, 43, 60]);

function ofIpv6(bytes: Buffer): InIp | NoSegment {
  if (bytes.length < 40) return "damaged";
  const payloadBytes = bytes.readUInt16BE(4);
  const end = payloadBytes === 0 ? bytes.length : 40 + payloadBytes;
  let next = bytes[6] as number;
  let at = 40;
  while (skippedHeaders.has(next) && at + 2 <= bytes.length) {
    next = bytes[at] as number;
    at += ((bytes[at + 1] as number) + 1) * 8;
  }
  if (next === 44) return "IP fragment";
  if (next !== tcp) return "not TCP";
  return { source: ipv6At(bytes, 8), target: ipv6At(bytes, 24), data: bytes.subarray(at, end) };
}

/** `[2001:db8::1]`, zeros left out. */
function ipv6At(bytes: Buffer, start: number): string {
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(start + 2 * index).toString(16));
  // The URL standard writes addresses as RFC 5952 wants them.
  return new URL(`http://[${groups.join(":")}]`).hostname;
}
