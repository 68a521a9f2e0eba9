import type { ByteSource } from "./byte-source.ts";
import { CaptureError } from "./capture-error.ts";
import { maxPacketBytes } from "./packet.ts";
import type { Packet } from "./packet.ts";

const blocks = {
  section: 0x0a0d0d0a,
  interface: 1,
  /** Obsolete; old tools write it. */
  packet: 2,
  simplePacket: 3,
  enhancedPacket: 6,
} as const;
const options = { end: 0, timestampResolution: 9, timestampOffset: 14 } as const;
const bigEndianMagic = 0x1a2b3c4d;

/** What the packets of one interface have in common. */
interface Interface {
  readonly linkType: number;
  /** Ticks of its clock in a millisecond. */
  readonly ticksPerMs: number;
  readonly offsetSeconds: number;
}

/**
 * Reads a capture file of the newer kind (draft-ietf-opsawg-pcapng): blocks, each with its type, its
 * length, what is in it, and its length again. Sections may be of either byte order; blocks that hold
 * no packets are passed over.
 *
 * @throws CaptureError while iterating
 */
export async function* readPcapng(source: ByteSource): AsyncGenerator<Packet, void> {
  let interfaces: Interface[] = [];
  let isBig = true;
  for (;;) {
    const { offset } = source;
    // oxlint-disable-next-line no-await-in-loop -- block after block
    const head = await source.peek(12);
    if (head.length === 0) return;
    if (head.length < 12) throw new CaptureError(offset, "it ends within a block's header");
    // A section says its byte order itself; its type reads the same either way.
    if (head.readUInt32BE(0) === blocks.section) {
      isBig = head.readUInt32BE(8) === bigEndianMagic;
      interfaces = [];
    }
    const length = isBig ? head.readUInt32BE(4) : head.readUInt32LE(4);
    if (length < 12 || length % 4 !== 0 || length > maxPacketBytes)
      throw new CaptureError(offset, `a block of ${length} bytes`);
    // oxlint-disable-next-line no-await-in-loop -- as above
    const bytes = await source.take(length);
    if (bytes === undefined) throw new CaptureError(offset, "it ends within a block");
    const block = new Block(bytes, isBig, offset);
    if (block.type === blocks.interface) interfaces.push(interfaceOf(block));
    const packet = packetOf(block, interfaces);
    if (packet !== undefined) yield packet;
  }
}

/** A block without its type and lengths. */
class Block {
  readonly type: number;
  readonly offset: number;
  readonly body: Buffer;
  readonly isBig: boolean;

  constructor(bytes: Buffer, isBig: boolean, offset: number) {
    this.isBig = isBig;
    this.offset = offset;
    this.body = bytes.subarray(8, -4);
    this.type = isBig ? bytes.readUInt32BE(0) : bytes.readUInt32LE(0);
  }

  uint32(at: number): number {
    this.#need(at + 4);
    return this.isBig ? this.body.readUInt32BE(at) : this.body.readUInt32LE(at);
  }

  uint16(at: number): number {
    this.#need(at + 2);
    return this.isBig ? this.body.readUInt16BE(at) : this.body.readUInt16LE(at);
  }

  bytes(at: number, length: number): Buffer {
    this.#need(at + length);
    return this.body.subarray(at, at + length);
  }

  #need(end: number): void {
    if (end > this.body.length) throw new CaptureError(this.offset, "a block is shorter than what is in it");
  }
}

function interfaceOf(block: Block): Interface {
  let ticksPerMs = 1_000;
  let offsetSeconds = 0;
  for (let at = 8; at + 4 <= block.body.length;) {
    const [code, length] = [block.uint16(at), block.uint16(at + 2)];
    if (code === options.end) break;
    const value = block.bytes(at + 4, length);
    if (code === options.timestampResolution && length >= 1) {
      // The highest bit tells whether it is a power of 2 or of 10.
      const resolution = value.readUInt8(0);
      ticksPerMs = ((resolution & 0x80) === 0 ? 10 ** resolution : 2 ** (resolution & 0x7f)) / 1_000;
    }
    if (code === options.timestampOffset && length >= 8)
      offsetSeconds = Number(block.isBig ? value.readBigInt64BE() : value.readBigInt64LE());
    at += 4 + length + ((4 - (length % 4)) % 4);
  }
  return { linkType: block.uint16(0), ticksPerMs, offsetSeconds };
}

function packetOf(block: Block, interfaces: readonly Interface[]): Packet | undefined {
  const { type } = block;
  if (type === blocks.simplePacket) {
    const on = interfaceAt(0);
    return {
      atMs: 0,
      linkType: on.linkType,
      bytes: block.bytes(4, Math.min(block.uint32(0), block.body.length - 4)),
    };
  }
  if (type !== blocks.enhancedPacket && type !== blocks.packet) return undefined;
  const on = interfaceAt(type === blocks.packet ? block.uint16(0) : block.uint32(0));
  const ticks = block.uint32(4) * 0x1_0000_0000 + block.uint32(8);
  const atMs = on.offsetSeconds * 1_000 + ticks / on.ticksPerMs;
  return { atMs, linkType: on.linkType, bytes: block.bytes(20, block.uint32(12)) };

  function interfaceAt(index: number): Interface {
    const found = interfaces[index];
    if (found === undefined)
      throw new CaptureError(block.offset, `a packet of interface ${index}, which is not described`);
    return found;
  }
}
