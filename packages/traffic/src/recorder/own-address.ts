import { isIP } from "node:net";

/**
 * Whether who connects from `remote` is on this machine: by a loopback address, or by the very address
 * that it connects to. What is no IP address (a connection in memory) never left the process.
 */
export function isOwnAddress(remote: string, local: string): boolean {
  const address = remote.startsWith("::ffff:") ? remote.slice(7) : remote;
  return isIP(address) === 0 || address === "::1" || address.startsWith("127.") || remote === local;
}
