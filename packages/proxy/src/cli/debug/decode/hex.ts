/** Reads bytes that are written as hexadecimal digits, as tools print them:
 *
 *     0000002a00120003                                     bare, 0x before it or not
 *     00 00 00 2a, 00:00:00:2a                             with anything between
 *     00000000  00 00 00 2a 00 12 00 03  |...*....|        hexdump -C
 *     00000000: 0000 002a 0012 0003  ...*....              xxd, tcpdump -X
 *     0000   00 00 00 2a 00 12 00 03   ...*....            Wireshark, od -A x -t x1
 *
 * @returns undefined if the text is none of these
 */
export function readHex(text: string): Uint8Array | undefined {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  if (lines.length === 0) return undefined;
  // Offsets that do not fit, as lines are missing: they must not be taken for data.
  const isDump = lines.every((line) => /^(?:0x)?[\da-f]{4,16}:\s/i.test(line));
  return ofDump(lines) ?? (isDump ? undefined : ofDigits(lines.join(" ")));
}

/** A line of a dump: its offset, and what is behind it. */
const dumpLine = /^(?:0x)?(?<offset>[\da-f]{4,16})(?<colon>:?)(?<gap>\s+|$)(?<rest>.*)$/i;

function ofDump(lines: readonly string[]): Uint8Array | undefined {
  const parts: Uint8Array[] = [];
  let first: number | undefined;
  let total = 0;
  for (const [index, line] of lines.entries()) {
    // `*` stands for lines that repeat: they are not there to be read.
    const { offset = "", colon = "", gap = "", rest = "" } = dumpLine.exec(line)?.groups ?? {};
    if (offset === "") return undefined;
    const at = Number.parseInt(offset, 16);
    first ??= at;
    if (at - first !== total) return undefined;
    // A single line of bare digits with blanks between is no dump, whatever its first number is.
    if (lines.length === 1 && colon === "" && gap.length < 2) return undefined;
    const isLast = index === lines.length - 1;
    const data = rest.includes("|") ? rest.slice(0, rest.indexOf("|")) : (rest.split(/\s{2,}/)[0] ?? "");
    const bytes = data.trim() === "" && isLast ? new Uint8Array(0) : ofDigits(data);
    if (bytes === undefined) return undefined;
    parts.push(bytes);
    total += bytes.length;
  }
  return total === 0 ? undefined : Buffer.concat(parts);
}

function ofDigits(text: string): Uint8Array | undefined {
  const digits = text.replaceAll(/0x|\\x|[\s,:;-]/gi, "");
  if (digits === "" || digits.length % 2 !== 0 || !/^[\da-f]+$/i.test(digits)) return undefined;
  return Buffer.from(digits, "hex");
}
