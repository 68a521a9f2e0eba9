import { isIPv4, isIPv6 } from "node:net";

import { crc32c } from "./crc32c.ts";
import { fixedBytes, maxLineBytes, prefix, signature, tlvTypes, unixPathBytes } from "./header.ts";
import type { ProxyAddresses, ProxyHeader, Tlv } from "./header.ts";
import { ipText } from "./ip.ts";

/**
 * What the first bytes of a connection are.
 *
 * - `more`: the beginning of a header, or of anything else that starts alike.
 * - `header`: a whole one, of `length` bytes.
 * - `none`: no header.
 * - `invalid`: a header that breaks the rules.
 */
export type ParsedProxyHeader =
  | { readonly state: "more" }
  | { readonly state: "header"; readonly header: ProxyHeader; readonly length: number }
  | { readonly state: "none" }
  | { readonly state: "invalid"; readonly fault: string };

const more: ParsedProxyHeader = { state: "more" };
const none: ParsedProxyHeader = { state: "none" };
const prefixBytes = Buffer.from(prefix);

/** Reads a header off the first bytes. Never throws; copies what it keeps. */
export function parseProxyHeader(bytes: Buffer): ParsedProxyHeader {
  if (bytes.length === 0) return more;
  if (startsAlike(bytes, signature)) return bytes.length < fixedBytes ? more : parseBinary(bytes);
  if (startsAlike(bytes, prefixBytes)) return bytes.length < prefixBytes.length ? more : parseLine(bytes);
  return none;
}

function startsAlike(bytes: Buffer, start: Uint8Array): boolean {
  const length = Math.min(bytes.length, start.length);
  return bytes.compare(start, 0, length, 0, length) === 0;
}

function invalid(fault: string): ParsedProxyHeader {
  return { state: "invalid", fault };
}

function parseLine(bytes: Buffer): ParsedProxyHeader {
  const end = bytes.subarray(0, maxLineBytes).indexOf("\r\n");
  if (end === -1) {
    return bytes.length < maxLineBytes ? more : invalid(`no end of line within ${maxLineBytes} bytes`);
  }
  const [protocol, ...fields] = bytes.toString("latin1", prefix.length, end).split(" ");
  const length = end + 2;
  const rest = { version: 1, command: "proxy", tlvs: [] } as const;
  if (protocol === "UNKNOWN") {
    return {
      state: "header",
      length,
      header: { ...rest, transport: "unspec", addresses: { family: "unspec" } },
    };
  }
  const isAddress = protocol === "TCP4" ? isIPv4 : protocol === "TCP6" ? isIPv6 : undefined;
  if (isAddress === undefined) return invalid("the protocol is none of TCP4, TCP6 and UNKNOWN");
  const [from = "", to = "", fromPort = "", toPort = ""] = fields;
  if (fields.length !== 4) return invalid(`4 fields follow ${protocol}, got ${fields.length}`);
  if (!isAddress(from) || !isAddress(to)) return invalid(`an address is not one of ${protocol}`);
  if (!isPort(fromPort) || !isPort(toPort)) return invalid("a port is not a whole number from 0 to 65535");
  const addresses: ProxyAddresses = {
    family: protocol === "TCP4" ? "inet" : "inet6",
    source: { host: from, port: Number(fromPort) },
    destination: { host: to, port: Number(toPort) },
  };
  return { state: "header", length, header: { ...rest, transport: "stream", addresses } };
}

function isPort(text: string): boolean {
  return /^(?:0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535;
}

const transports = ["unspec", "stream", "datagram"] as const;

function parseBinary(bytes: Buffer): ParsedProxyHeader {
  const command = bytes.readUInt8(12);
  const kind = bytes.readUInt8(13);
  const length = fixedBytes + bytes.readUInt16BE(14);
  if (command >> 4 !== 2) return invalid(`version ${command >> 4} in a header of version 2`);
  if ((command & 0xf) > 1) return invalid(`command ${command & 0xf} is neither LOCAL nor PROXY`);
  if (kind >> 4 > 3) return invalid(`address family ${kind >> 4} is unknown`);
  const transport = transports[kind & 0xf];
  if (transport === undefined) return invalid(`transport ${kind & 0xf} is unknown`);
  if (bytes.length < length) return more;

  const rest = { version: 2, transport } as const;
  if ((command & 0xf) === 0) {
    // Whatever the sender filled in is to be discarded, its family too.
    const header = { ...rest, command: "local", transport: "unspec", addresses: unspec, tlvs: [] } as const;
    return { state: "header", length, header };
  }
  const body = bytes.subarray(fixedBytes, length);
  const found = parseAddresses(kind >> 4, body);
  if (typeof found === "string") return invalid(found);
  const { addresses } = found;
  const tlvs = parseTlvs(body.subarray(found.length));
  if (typeof tlvs === "string") {
    // Behind UNSPEC there may be addresses of any kind, to be ignored, where extensions would be.
    if (addresses !== unspec) return invalid(tlvs);
    return { state: "header", length, header: { ...rest, command: "proxy", addresses, tlvs: [] } };
  }
  if (!checksumHolds(bytes.subarray(0, length), tlvs)) return invalid("its checksum is wrong");
  const kept = tlvs.filter(({ type }) => type !== tlvTypes.crc32c).map(copyOf);
  return { state: "header", length, header: { ...rest, command: "proxy", addresses, tlvs: kept } };
}

const unspec: ProxyAddresses = { family: "unspec" };

interface Addresses {
  readonly addresses: ProxyAddresses;
  readonly length: number;
}

/** The addresses and their length, or what is wrong with them. */
function parseAddresses(family: number, body: Buffer): Addresses | string {
  if (family === 0) return { addresses: unspec, length: 0 };
  if (family === 3) {
    const length = 2 * unixPathBytes;
    if (body.length < length) return `${length} bytes hold two UNIX addresses, got ${body.length}`;
    const source = pathOf(body.subarray(0, unixPathBytes));
    const destination = pathOf(body.subarray(unixPathBytes, length));
    return { addresses: { family: "unix", source, destination }, length };
  }
  const size = family === 1 ? 4 : 16;
  const length = 2 * size + 4;
  if (body.length < length) return `${length} bytes hold two IP addresses and ports, got ${body.length}`;
  const source = { host: ipText(body.subarray(0, size)), port: body.readUInt16BE(2 * size) };
  const destination = { host: ipText(body.subarray(size, 2 * size)), port: body.readUInt16BE(2 * size + 2) };
  return { addresses: { family: family === 1 ? "inet" : "inet6", source, destination }, length };
}

function pathOf(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString("utf8", 0, end === -1 ? bytes.length : end);
}

/** The extensions, as views; or what is wrong with them. */
function parseTlvs(bytes: Buffer): Tlv[] | string {
  const tlvs: Tlv[] = [];
  for (let at = 0; at < bytes.length;) {
    const start = at + 3;
    const end = start > bytes.length ? Infinity : start + bytes.readUInt16BE(at + 1);
    if (end > bytes.length) return "an extension runs past its end";
    tlvs.push({ type: bytes.readUInt8(at), value: bytes.subarray(start, end) });
    at = end;
  }
  return tlvs;
}

/** The checksum is of the whole header, with zeros in its own place. */
function checksumHolds(header: Buffer, tlvs: readonly Tlv[]): boolean {
  const checksum = tlvs.find(({ type }) => type === tlvTypes.crc32c)?.value;
  if (checksum === undefined) return true;
  if (checksum.length !== 4) return false;
  const zeroed = Buffer.from(header);
  const at = checksum.byteOffset - header.byteOffset;
  return zeroed.fill(0, at, at + 4) && crc32c(zeroed) === header.readUInt32BE(at);
}

function copyOf({ type, value }: Tlv): Tlv {
  return { type, value: Uint8Array.from(value) };
}
