import type { ByteSource } from "./byte-source.ts";
import { CaptureError } from "./capture-error.ts";
import { maxPacketBytes } from "./packet.ts";
import type { Packet } from "./packet.ts";

/**
 * Reads a classic capture file (draft-ietf-opsawg-pcap), of either byte order.
 *
 *     file    0 magic uint32, of microseconds or nanoseconds | 4 version | 8 8 unused |
 *             16 snap length uint32 | 20 link type uint32, its upper 4 bits of other use
 *     packet  0 seconds uint32 | 4 fraction uint32 | 8 captured uint32 | 12 sent uint32 | 16 bytes
 *
 * @throws CaptureError while iterating
 */
export async function* readPcap(source: ByteSource): AsyncGenerator<Packet, void> {
  const header = await source.take(24);
  if (header === undefined) throw new CaptureError(0, "it ends within its header");
  const first = header.readUInt32BE(0);
  const isBig = first === 0xa1b2c3d4 || first === 0xa1b23c4d;
  const uint32 = (bytes: Buffer, at: number): number =>
    isBig ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
  const perMs = uint32(header, 0) === 0xa1b23c4d ? 1_000_000 : 1_000;
  const linkType = uint32(header, 20) & 0x0fff_ffff;
  for (;;) {
    const { offset } = source;
    // oxlint-disable-next-line no-await-in-loop -- packet after packet
    const head = await source.peek(16);
    if (head.length === 0) return;
    if (head.length < 16) throw new CaptureError(offset, "it ends within a packet's header");
    const captured = uint32(head, 8);
    if (captured > maxPacketBytes) throw new CaptureError(offset, `a packet of ${captured} bytes`);
    const atMs = uint32(head, 0) * 1_000 + uint32(head, 4) / perMs;
    // oxlint-disable-next-line no-await-in-loop -- as above
    const packet = await source.take(16 + captured);
    if (packet === undefined) throw new CaptureError(offset, "it ends within a packet");
    yield { atMs, linkType, bytes: packet.subarray(16) };
  }
}
