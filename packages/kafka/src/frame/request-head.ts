import { apiOfKey } from "../protocol/lookup.ts";

/** Header and acks of a request, without strings of any length: some room for tagged fields included. */
const commonBytes = 1_024;
/** Two strings of 32 KiB, the longest that there are, and some room. */
const mostBytes = 69_632;
/**
 * Requests but Produce have so much there, which few are larger than: those who look after groups,
 * logins and topics read them, and there is little of them to hurry on.
 */
const wholeBytes = 262_144;
const produceKey = 0;

/**
 * How many bytes of a request's frame, its size included, have to be there before it can be handed
 * on while the rest arrives: of Produce the header, the transactional id and the acks; of others
 * {@link wholeBytes}. Asked again as more bytes come, it may want more.
 * @param bytes of the frame, `length` of them from `at` on
 */
export function requestHeadBytes(bytes: Uint8Array, at: number, length: number): number {
  if (length < commonBytes) return commonBytes;
  const int16 = (offset: number): number =>
    (((bytes[at + offset] as number) << 24) >> 16) | (bytes[at + offset + 1] as number);
  const [key, version] = [int16(4), int16(6)];
  const api = apiOfKey(key);
  if (api === undefined) return mostBytes;
  if (key !== produceKey) return wholeBytes;
  // Behind size, key, version and correlation id.
  let end = 14 + Math.max(int16(12), 0);
  if (length < end + 8) return end + 8;
  if (api.requestHeaderVersion(version) >= 2) {
    // Tagged fields: nobody has any.
    if (bytes[at + end] !== 0) return mostBytes;
    end += 1;
  }
  if (version < 3) return end + 8;
  if (version < 9) return end + 4 + Math.max(int16(end), 0);
  let idBytes = 0;
  for (let shift = 0; shift <= 14; shift += 7) {
    const byte = bytes[at + end] as number;
    end += 1;
    idBytes |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  return end + 2 + Math.max(idBytes - 1, 0);
}
