import { whole } from "@pagoda/core";
import type { Connection } from "@pagoda/tcp";

import type { Advertiser } from "./advertiser.ts";
import { Slots } from "./slots.ts";

export interface PortPerNodeOptions {
  /**
   * The host that clients are told.
   * @default the address that the client itself connected to: of its PROXY protocol header, if one
   *   was accepted, else of the proxy's own end of the connection. Give a host where clients come
   *   through address translation (containers, port mappings).
   */
  readonly host?: string;
  /** The port that clients begin with. */
  readonly bootstrapPort: number;
  /** The port of each slot. All of them should listen before the first client comes. */
  readonly ports: readonly number[];
  /** Which node has which slot, as many as there are ports. @default fresh ones */
  readonly slots?: Slots;
}

/**
 * One port per broker, on one host: works with every client, with and without TLS.
 * @throws RangeError when ports overlap, are none, or are not as many as slots
 */
export function portPerNode({ host, bootstrapPort, ports, ...options }: PortPerNodeOptions): Advertiser {
  whole("bootstrapPort", bootstrapPort, 1, 65_535);
  if (ports.length === 0) throw new RangeError("ports must have at least one port");
  if (host === "") throw new RangeError('host must be a name or an address, got ""');
  const slotOfPort = new Map<number, number>();
  for (const [slot, port] of ports.entries()) {
    whole(`ports[${slot}]`, port, 1, 65_535);
    const other = slotOfPort.get(port);
    if (other !== undefined)
      throw new RangeError(`ports[${slot}] must not be that of slot ${other}, ${port}`);
    if (port === bootstrapPort) throw new RangeError(`ports[${slot}] must not be bootstrapPort, ${port}`);
    slotOfPort.set(port, slot);
  }
  const slots = options.slots ?? new Slots({ count: ports.length });
  if (slots.count !== ports.length) {
    throw new RangeError(`slots must be as many as ports, ${ports.length}, got ${slots.count}`);
  }

  return {
    addressOf: (nodeId, client) => ({
      host: host ?? reachedHost(client),
      port: ports[slots.slotOf(nodeId)] as number,
    }),
    targetOf({ local }) {
      if (local.port === bootstrapPort) return "bootstrap";
      const slot = slotOfPort.get(local.port);
      return slot === undefined ? undefined : slots.nodeAt(slot);
    },
  };
}

/**
 * `count` ports from `first` up, for the slots of a proxy.
 * @throws RangeError when they would go beyond 65535
 */
export function portsFrom(first: number, count: number): readonly number[] {
  whole("first", first, 1, 65_535);
  whole("count", count, 1, 65_535);
  if (first + count - 1 > 65_535) {
    const most = 65_536 - first;
    throw new RangeError(
      `${count} ports from ${first} up end at ${first + count - 1}, above 65535: at most ${most}`,
    );
  }
  return Array.from({ length: count }, (_, slot) => first + slot);
}

function reachedHost({ local, proxyHeader }: Pick<Connection, "local" | "proxyHeader">): string {
  const addresses = proxyHeader?.addresses;
  const named = addresses?.family === "inet" || addresses?.family === "inet6";
  return named ? addresses.destination.host : local.host;
}
