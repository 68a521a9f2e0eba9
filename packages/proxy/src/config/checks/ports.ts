import { formatEndpoint, parseEndpoint } from "@pagoda/tcp";
import type { Endpoint } from "@pagoda/tcp";

import { configDefaults, defaultAdminBind, defaultBind } from "../defaults.ts";
import type { ConfigSource } from "../schema/config.ts";
import type { ListenerSource } from "../schema/listener.ts";
import type { Path } from "../source/node.ts";
import type { Finding } from "./report.ts";

/** Ports that somebody binds, both ends included. */
interface Claim {
  readonly path: Path;
  /** What it is for, as messages say it. */
  readonly who: string;
  readonly host: string;
  readonly first: number;
  readonly last: number;
}

const mostPort = 65_535;

/** No port is bound twice, and none is above 65535. */
export function* checkPorts({ listeners = [{}], admin }: ConfigSource): Iterable<Finding> {
  const claims: Claim[] = [];
  for (const [index, listener] of listeners.entries()) {
    // The fault that it is missing is told already.
    if (listener.bind === undefined && index > 0) continue;
    const path: Path = ["listeners", index, "bind"];
    const bind = listener.bind === undefined ? defaultBind : parseEndpoint(listener.bind);
    const wanted = [...claimsOf(listener, bind, path, `listeners[${index}]`)];
    const end = Math.max(...wanted.map(({ last }) => last));
    if (end > mostPort) {
      yield {
        path,
        message: `the ports for ${slotsOf(listener)} brokers would end at ${end}, above ${mostPort}`,
        hint: `port ${mostPort - slotsOf(listener)} at most, or fewer advertise.slots`,
      };
    }
    claims.push(...wanted);
  }
  if (admin !== "off") {
    const bind = admin?.bind === undefined ? defaultAdminBind : parseEndpoint(admin.bind);
    const claim = {
      path: ["admin", "bind"],
      who: "admin",
      host: bind.host,
      first: bind.port,
      last: bind.port,
    };
    // The later one is to blame: never one that nobody wrote.
    if (admin?.bind === undefined) claims.unshift(claim);
    else claims.push(claim);
  }
  yield* overlaps(claims.filter(({ first }) => first !== 0));
}

function* claimsOf(listener: ListenerSource, bind: Endpoint, path: Path, who: string): Iterable<Claim> {
  const own = { path, who, host: bind.host, first: bind.port, last: bind.port };
  const mode = listener.advertise?.mode ?? "ports";
  const slots = listener.upstream === undefined ? slotsOf(listener) : 0;
  // Brokers have the ports behind the listener's; where it takes a free one, so do they.
  if (mode === "ports" && bind.port !== 0) yield { ...own, last: bind.port + slots };
  else yield own;
  if (mode === "addresses" && slots > 0) yield { ...own, host: brokersLoopback };
}

function slotsOf({ advertise }: ListenerSource): number {
  return advertise?.slots ?? configDefaults.slots;
}

function* overlaps(claims: readonly Claim[]): Iterable<Finding> {
  for (const [index, claim] of claims.entries()) {
    const other = claims
      .slice(0, index)
      .find(
        (each) =>
          each.who !== claim.who &&
          each.first <= claim.last &&
          claim.first <= each.last &&
          shareAddress(each.host, claim.host),
      );
    if (other === undefined) continue;
    yield {
      path: claim.path,
      message: `${ports(claim)} ${claim.first === claim.last ? "is" : "are"} wanted by ${other.who} too, which has ${ports(other)}`,
      hint: `a port of its own, such as ${formatEndpoint({ host: claim.host, port: Math.min(other.last + 1, mostPort) })}`,
    };
  }
}

function ports({ first, last }: Claim): string {
  return first === last ? `port ${first}` : `ports ${first} to ${last}`;
}

/** The loopback addresses that brokers get, 127.0.1.1 and up. */
const brokersLoopback = "127.0.1.";
const everywhere = new Set(["", "0.0.0.0", "::"]);

function shareAddress(one: string, other: string): boolean {
  const [a, b] = [canonical(one), canonical(other)];
  if (a === b || everywhere.has(a) || everywhere.has(b)) return true;
  return (a === brokersLoopback && b.startsWith(a)) || (b === brokersLoopback && a.startsWith(b));
}

function canonical(host: string): string {
  return host.toLowerCase() === "localhost" ? "127.0.0.1" : host.toLowerCase();
}
