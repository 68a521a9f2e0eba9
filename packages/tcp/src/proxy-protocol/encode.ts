import { whole } from "@pagoda/core";

import type { Endpoint } from "../connection.ts";
import { crc32c } from "./crc32c.ts";
import { fixedBytes, prefix, signature, tlvTypes, unixPathBytes } from "./header.ts";
import type { ProxyAddresses, ProxyHeader, Tlv } from "./header.ts";
import { ipBytes, mapped } from "./ip.ts";

export interface EncodeOptions {
  /** Append a CRC-32C of the header; version 2 only. @default false */
  readonly checksum?: boolean;
}

/**
 * Writes a PROXY protocol header. LOCAL is written without addresses and extensions. Version 1 has
 * no words for UNIX sockets, datagrams, LOCAL and extensions: it says UNKNOWN for the first three
 * and leaves the last out.
 *
 * @throws RangeError for a path, a port, or extensions that do not fit.
 */
export function encodeProxyHeader(header: ProxyHeader, options: EncodeOptions = {}): Buffer {
  return header.version === 1 ? encodeLine(header) : encodeBinary(header, options.checksum === true);
}

/** The addresses of two ends: IPv6 when they differ in kind; `unspec` when one is no IP address. */
export function addressesOf(source: Endpoint, destination: Endpoint): ProxyAddresses {
  const [from, to] = [ipBytes(source.host), ipBytes(destination.host)];
  if (from === undefined || to === undefined) return { family: "unspec" };
  return { family: from.length === 4 && to.length === 4 ? "inet" : "inet6", source, destination };
}

function encodeLine({ addresses, command, transport }: ProxyHeader): Buffer {
  const known = command === "proxy" && transport === "stream";
  if (!known || addresses.family === "unix" || addresses.family === "unspec") {
    return Buffer.from(`${prefix}UNKNOWN\r\n`);
  }
  const { family, source, destination } = addresses;
  const protocol = family === "inet" ? "TCP4" : "TCP6";
  const hosts = `${lineAddress(family, source)} ${lineAddress(family, destination)}`;
  return Buffer.from(`${prefix}${protocol} ${hosts} ${portOf(source)} ${portOf(destination)}\r\n`);
}

/** As text that fits the line: a zone would be none of its words. */
function lineAddress(family: "inet" | "inet6", { host }: Endpoint): string {
  const [address = ""] = host.split("%");
  return family === "inet6" && !address.includes(":") ? `::ffff:${address}` : address;
}

const families = { unspec: 0, inet: 1, inet6: 2, unix: 3 } as const;
const transports = { unspec: 0, stream: 1, datagram: 2 } as const;

function encodeBinary({ command, addresses, transport, tlvs }: ProxyHeader, checksum: boolean): Buffer {
  const local = command === "local";
  const parts = local ? [] : [...encodeAddresses(addresses), ...tlvs.map(encodeTlv)];
  if (checksum && !local) parts.push(encodeTlv({ type: tlvTypes.crc32c, value: new Uint8Array(4) }));
  const body = Buffer.concat(parts);
  const fixed = Buffer.alloc(fixedBytes);
  fixed.set(signature);
  fixed.writeUInt8(0x20 | (local ? 0 : 1), 12);
  fixed.writeUInt8(local ? 0 : (families[addresses.family] << 4) | transports[transport], 13);
  fixed.writeUInt16BE(whole("the bytes after the fixed part", body.length, 0, 65_535), 14);
  const header = Buffer.concat([fixed, body]);
  if (checksum && !local) header.writeUInt32BE(crc32c(header), header.length - 4);
  return header;
}

function encodeAddresses(addresses: ProxyAddresses): Uint8Array[] {
  if (addresses.family === "unspec") return [];
  if (addresses.family === "unix") return [encodePath(addresses.source), encodePath(addresses.destination)];
  const { family, source, destination } = addresses;
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(portOf(source), 0);
  ports.writeUInt16BE(portOf(destination), 2);
  return [encodeAddress(family, source), encodeAddress(family, destination), ports];
}

function encodeAddress(family: "inet" | "inet6", { host }: Endpoint): Uint8Array {
  const bytes = ipBytes(host);
  if (bytes === undefined || (family === "inet" && bytes.length !== 4)) {
    throw new RangeError(`an address of the family ${family} is needed, got ${JSON.stringify(host)}`);
  }
  return family === "inet6" && bytes.length === 4 ? mapped(bytes) : bytes;
}

function encodePath(path: string): Uint8Array {
  const bytes = Buffer.alloc(unixPathBytes);
  whole("the bytes of a UNIX path", Buffer.byteLength(path), 0, unixPathBytes);
  bytes.write(path);
  return bytes;
}

function encodeTlv({ type, value }: Tlv): Uint8Array {
  const head = Buffer.alloc(3);
  head.writeUInt8(whole("the type of an extension", type, 0, 255), 0);
  head.writeUInt16BE(whole("the bytes of an extension", value.length, 0, 65_535), 1);
  return Buffer.concat([head, value]);
}

function portOf({ port }: Endpoint): number {
  return whole("port", port, 0, 65_535);
}
