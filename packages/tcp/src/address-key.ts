import { ipBytes } from "./proxy-protocol/ip.ts";

/**
 * What connections of one client have in common, as far as an address tells: the IPv4 address, or
 * the first 64 bits of one of IPv6, which is what a network gives to one machine (RFC 4291 section
 * 2.5.4, RFC 6177) and within which it may take as many addresses as it likes. What is no IP address
 * stands for itself.
 */
export function addressKey(host: string): string {
  // IPv4, nearly always: nothing to parse.
  if (!host.includes(":")) return host;
  const bytes = ipBytes(host);
  if (bytes === undefined) return host;
  const isMapped =
    bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  if (isMapped) return bytes.subarray(12).join(".");
  return `${Buffer.from(bytes.subarray(0, 8)).toString("hex")}/64`;
}
