import { formatEndpoint } from "@pagoda/tcp";
import type { Endpoint } from "@pagoda/tcp";

/** What is known of the cluster behind the proxy: the addresses that no client may see. */
export interface UpstreamCluster {
  /** The last known address of each broker. */
  readonly nodes: ReadonlyMap<number, Endpoint>;
  /** Where the cluster is asked first. */
  readonly bootstrap: readonly Endpoint[];
}

/** How an address stands in a response: in Kafka's wire form, or written as `host:port`. */
export type AddressForm = "address" | "text";

/** An upstream address that stands in some bytes. */
export interface FoundAddress {
  readonly nodeId: number | "bootstrap";
  readonly endpoint: Endpoint;
  readonly form: AddressForm;
}

/** Calls `onFound` for each upstream address in `bytes`, in their order. */
export type FindAddresses = (bytes: Uint8Array, onFound: (found: FoundAddress) => void) => void;

/**
 * Looks for the addresses of a cluster in bytes: a host after its length and before its port
 * (int32), as every response has it that tells where a broker is, or the text `host:port`.
 *
 * What to look for is prepared when the cluster has changed. All of it is one regular expression
 * over the bytes as Latin-1 text, which costs less than a `Buffer.indexOf` for each broker.
 */
export function addressFinder(cluster: UpstreamCluster): FindAddresses {
  let known: readonly Endpoint[] = [];
  let wanted: Wanted = { expression: undefined, addresses: new Map() };

  return (bytes, onFound) => {
    if (isOther(cluster, known)) {
      known = endpointsOf(cluster);
      wanted = prepare(cluster);
    }
    const { expression, addresses } = wanted;
    if (expression === undefined) return;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
    expression.lastIndex = 0;
    for (let match = expression.exec(text); match !== null; match = expression.exec(text)) {
      const address = addresses.get(match[0]);
      if (address !== undefined && address.beginsAt(text, match.index)) onFound(address);
      else expression.lastIndex = match.index + 1;
    }
  };
}

interface Address extends FoundAddress {
  /** Does the host begin there, or is it the end of a longer name? */
  readonly beginsAt: (text: string, index: number) => boolean;
}

interface Wanted {
  /** Undefined while there is nothing to look for. */
  readonly expression: RegExp | undefined;
  /** By what the expression matches. */
  readonly addresses: ReadonlyMap<string, Address>;
}

function endpointsOf({ nodes, bootstrap }: UpstreamCluster): readonly Endpoint[] {
  return [...nodes.values(), ...bootstrap];
}

/** Endpoints are replaced, not changed: comparing which they are is enough. */
function isOther({ nodes, bootstrap }: UpstreamCluster, known: readonly Endpoint[]): boolean {
  if (nodes.size + bootstrap.length !== known.length) return true;
  let at = 0;
  for (const endpoint of nodes.values()) if (endpoint !== known[at++]) return true;
  for (const endpoint of bootstrap) if (endpoint !== known[at++]) return true;
  return false;
}

function prepare({ nodes, bootstrap }: UpstreamCluster): Wanted {
  const addresses = new Map<string, Address>();
  const add = (text: string, address: Address): void => {
    // The first one stays: brokers go before the bootstrap address, which is one of theirs.
    if (!addresses.has(text)) addresses.set(text, address);
  };
  const addEndpoint = (nodeId: FoundAddress["nodeId"], endpoint: Endpoint): void => {
    if (endpoint.host === "") return;
    const host = latin1(endpoint.host);
    const port = Buffer.alloc(4);
    port.writeInt32BE(endpoint.port);
    const written = latin1(formatEndpoint(endpoint));
    const inText = (text: string, index: number): boolean => beginsText(text, index, written.length);
    add(host + port.toString("latin1"), {
      nodeId,
      endpoint,
      form: "address",
      beginsAt: (text, index) => isLengthBefore(text, index, host.length),
    });
    add(written, { nodeId, endpoint, form: "text", beginsAt: inText });
  };
  for (const [nodeId, endpoint] of nodes) addEndpoint(nodeId, endpoint);
  for (const endpoint of bootstrap) addEndpoint("bootstrap", endpoint);
  if (addresses.size === 0) return { expression: undefined, addresses };
  const alternatives = [...addresses].map(([text, { form }]) =>
    form === "text" ? `${escaped(text)}(?!\\d)` : escaped(text),
  );
  return { expression: new RegExp(alternatives.join("|"), "g"), addresses };
}

/** A string's length goes before it: an int16, or its length and one as a varint. */
function isLengthBefore(text: string, index: number, length: number): boolean {
  const before = text.charCodeAt(index - 1);
  const compact = length + 1;
  return before === (length & 0xff) || before === (compact < 0x80 ? compact : compact >> 7);
}

/** No letter or digit before it, unless that is the length of a string which is the address alone. */
function beginsText(text: string, index: number, length: number): boolean {
  return !/[\w.-]/.test(text.charAt(index - 1)) || isLengthBefore(text, index, length);
}

function latin1(text: string): string {
  return Buffer.from(text).toString("latin1");
}

function escaped(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
