import { whole } from "@pagoda/core";
import type { Endpoint } from "@pagoda/tcp";
import { isIP, isIPv4 } from "node:net";

import type { Advertiser } from "./advertiser.ts";
import type { Slots } from "./slots.ts";

export interface AddressPerNodeOptions {
  /** The address that clients begin with, e.g. `127.0.0.1`. */
  readonly host: string;
  /** The IPv4 address before that of the first slot: `127.0.1.0` gives 127.0.1.1, 127.0.1.2, ... */
  readonly base: string;
  /** The port of all of them. */
  readonly port: number;
  /** Which node has which slot; as many addresses as it has slots. */
  readonly slots: Slots;
}

/** An advertiser that needs addresses to listen on, beside the one that clients begin with. */
export interface AddressAdvertiser extends Advertiser {
  /** The address of each slot. */
  readonly addresses: readonly Endpoint[];
}

/**
 * One loopback address per broker, all on one port: for a proxy beside its clients, on one machine.
 * Linux has all of 127.0.0.0/8; elsewhere each address is to be added to the loopback interface.
 *
 * @throws RangeError when an address is none, or they overlap or overflow
 */
export function addressPerNode({ host, base, port, slots }: AddressPerNodeOptions): AddressAdvertiser {
  whole("port", port, 1, 65_535);
  if (isIP(host) === 0) throw new RangeError(`host must be an IP address, got ${JSON.stringify(host)}`);
  if (!isIPv4(base)) throw new RangeError(`base must be an IPv4 address, got ${JSON.stringify(base)}`);
  const first = numberOf(base) + 1;
  if (Math.floor((first + slots.count - 1) / 2 ** 24) !== Math.floor((first - 1) / 2 ** 24)) {
    throw new RangeError(
      `base ${base} leaves no room for ${slots.count} addresses in ${base.split(".")[0]}.0.0.0/8`,
    );
  }
  const hosts = Array.from({ length: slots.count }, (_, slot) => textOf(first + slot));
  if (hosts.includes(host)) throw new RangeError(`host must not be the address of a slot, got ${host}`);
  const slotOf = new Map(hosts.map((address, slot) => [address, slot]));

  return {
    addresses: hosts.map((address) => ({ host: address, port })),
    addressOf: (nodeId) => ({ host: hosts[slots.slotOf(nodeId)] as string, port }),
    targetOf({ local }) {
      if (local.port !== port) return undefined;
      if (local.host === host) return "bootstrap";
      const slot = slotOf.get(local.host);
      return slot === undefined ? undefined : slots.nodeAt(slot);
    },
  };
}

function numberOf(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function textOf(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}
