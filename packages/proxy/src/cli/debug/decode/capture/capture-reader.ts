import type { ByteSource } from "./byte-source.ts";
import type { Packet } from "./packet.ts";
import { readPcap } from "./pcap.ts";
import { readPcapng } from "./pcapng.ts";

const pcapMagics = new Set([0xa1b2c3d4, 0xd4c3b2a1, 0xa1b23c4d, 0x4d3cb2a1]);
const pcapngMagic = 0x0a0d0d0a;

/** What reads the packets of a capture that begins so; undefined where it is none. */
export function captureReader(
  beginning: Buffer,
): ((source: ByteSource) => AsyncGenerator<Packet, void>) | undefined {
  if (beginning.length < 4) return undefined;
  const magic = beginning.readUInt32BE(0);
  if (pcapMagics.has(magic)) return readPcap;
  return magic === pcapngMagic ? readPcapng : undefined;
}
