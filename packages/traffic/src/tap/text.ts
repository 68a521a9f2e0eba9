/** What stands for text that was cut off. */
const ellipsis = "…";

/** Names of hostile clients may be long: Kafka's own topics have at most 249 characters. */
const maxNameChars = 256;

/** The first `maxChars` characters, with `…` where there are more. */
export function shorten(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const last = text.charCodeAt(maxChars - 1);
  // Half of a character beyond 16 bits is none.
  const isHigh = last >= 0xd800 && last < 0xdc00;
  return text.slice(0, isHigh ? maxChars - 1 : maxChars) + ellipsis;
}

/** A name as an event has it. */
export function shortName(name: string): string {
  return shorten(name, maxNameChars);
}

/** The text that bytes are, all of it; undefined where they are no UTF-8. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Bytes as `0x…`, of at most `maxChars` characters. */
export function hexOf({ buffer, byteOffset, length }: Uint8Array, maxChars: number): string {
  const shown = Math.min(length, (maxChars - 2) >> 1);
  const hex = Buffer.from(buffer, byteOffset, shown).toString("hex");
  return `0x${hex}${shown < length ? ellipsis : ""}`;
}
