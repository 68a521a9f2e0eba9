/** A packet of a capture file. */
export interface Packet {
  /** Milliseconds since 1970; 0 where the file does not say. */
  readonly atMs: number;
  /** What its bytes begin with (tcpdump.org/linktypes). */
  readonly linkType: number;
  /** What was captured: less than what was sent, where the capture was limited. */
  readonly bytes: Buffer;
}

/** A packet of more bytes than any network carries: the file is damaged. */
export const maxPacketBytes = 16_777_216;
