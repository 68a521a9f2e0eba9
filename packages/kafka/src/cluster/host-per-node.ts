import { whole } from "@pagoda/core";
import { parseEndpoint, tlvTypes } from "@pagoda/tcp";
import type { Connection } from "@pagoda/tcp";

import type { Advertiser } from "./advertiser.ts";

/** Where the node id goes in a pattern. */
const placeholder = "{node}";
const maxNodeId = 0x7fff_ffff;

export interface HostPerNodeOptions {
  /** The name that clients begin with. */
  readonly bootstrap: string;
  /**
   * The name of each broker, with `{node}` in the place of its id: `broker-{node}.kafka.example.com`.
   * All of them have to resolve to the proxy, and to be in its certificate: a wildcard does both.
   */
  readonly pattern: string;
  /** The port that clients are told. */
  readonly port: number;
}

/**
 * One name per broker, on one port: clients say over TLS which one they mean (SNI, RFC 6066 section
 * 3). A balancer that ends TLS may say it in the authority of a PROXY protocol header. No slots: there
 * is a name for every node id, so nothing has to be remembered or agreed on.
 *
 * @throws RangeError for names that are none, and a pattern that does not tell nodes apart
 */
export function hostPerNode({ bootstrap, pattern, port }: HostPerNodeOptions): Advertiser {
  whole("port", port, 1, 65_535);
  const parts = pattern.toLowerCase().split(placeholder);
  const [before = "", after = ""] = parts;
  if (parts.length !== 2) {
    throw new RangeError(`pattern must have ${placeholder} in it once, got ${JSON.stringify(pattern)}`);
  }
  // Before another digit, nodes 1 and 11 might share a name.
  if (/\d$/.test(before) || /^\d/.test(after)) {
    throw new RangeError(
      `pattern must not have a digit beside ${placeholder}, got ${JSON.stringify(pattern)}`,
    );
  }
  // The longest name that it can make.
  mustBeName("pattern", `${before}${maxNodeId}${after}`, pattern);
  mustBeName("bootstrap", bootstrap, bootstrap);
  const first = canonical(bootstrap);

  const nodeOf = (name: string): number | undefined => {
    const digits =
      name.startsWith(before) && name.endsWith(after)
        ? name.slice(before.length, name.length - after.length)
        : "";
    const nodeId = /^(?:0|[1-9]\d{0,9})$/.test(digits) ? Number(digits) : Number.POSITIVE_INFINITY;
    return nodeId <= maxNodeId && nameOf(nodeId) === name ? nodeId : undefined;
  };
  const nameOf = (nodeId: number): string => `${before}${nodeId}${after}`;
  if (nodeOf(first) !== undefined) {
    throw new RangeError(
      `bootstrap must not be the name of a node by pattern, got ${JSON.stringify(bootstrap)}`,
    );
  }

  return {
    addressOf: (nodeId) => ({ host: nameOf(nodeId), port }),
    targetOf(client) {
      const name = canonical(client.tls?.serverName ?? authorityOf(client) ?? "");
      return name === first ? "bootstrap" : nodeOf(name);
    },
  };
}

/** Names are compared without case, and without the dot that ends an absolute one. */
function canonical(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}

function authorityOf({ proxyHeader }: Connection): string | undefined {
  const authority = proxyHeader?.tlvs.find(({ type }) => type === tlvTypes.authority);
  return authority && Buffer.from(authority.value).toString("utf8");
}

function mustBeName(option: string, name: string, given: string): void {
  const isAddress = /^[\d.]+$|:/.test(name);
  try {
    if (name !== "" && !isAddress && parseEndpoint(`${name}:1`).host === name) return;
  } catch {
    // Told below, by the option's name.
  }
  throw new RangeError(`${option} must be a host name, got ${JSON.stringify(given)}`);
}
