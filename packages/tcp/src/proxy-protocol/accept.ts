import { layer, milliseconds, ProxyError, whole } from "@pagoda/core";
import type { Context, SameLayer } from "@pagoda/core";
import { BlockList, isIP } from "node:net";

import type { Connection, Endpoint } from "../connection.ts";
import { formatEndpoint } from "../endpoint.ts";
import { peek } from "../peek.ts";
import { parseProxyHeader } from "./parse.ts";
import type { ParsedProxyHeader } from "./parse.ts";

export interface AcceptProxyHeaderOptions {
  /**
   * Who is believed: addresses and networks (`10.0.0.0/8`, `fd00::/8`, `192.0.2.7`) of balancers in
   * front. Anyone else could claim to be any client. `0.0.0.0/0` and `::/0` believe all.
   */
  readonly trusted: readonly string[];
  /**
   * - `required`: every connection comes from someone trusted and opens with a header.
   * - `optional`: one from someone trusted may open with a header, also after `timeoutMs` of
   *   silence without one; bytes from anyone else are not looked at.
   *
   * @default "required"
   */
  readonly mode?: "required" | "optional";
  /**
   * Milliseconds for the header to arrive.
   * @default 3000 (what the specification asks for at least: a segment may have to be sent again)
   */
  readonly timeoutMs?: number;
  /**
   * Largest header accepted, in bytes; at least 232, what IPv6 and a name in version 2 can need.
   * @default 4096
   */
  readonly maxHeaderBytes?: number;
}

/** A connection did not open with the PROXY protocol header that it should have opened with. */
export class ProxyHeaderError extends ProxyError {
  readonly code = "PROXY_HEADER";
  readonly retriable = false;
  readonly kind: "denied" | "protocol" | "timeout";
  constructor(kind: "denied" | "protocol" | "timeout", from: Endpoint, fault: string) {
    super(`PROXY protocol: ${formatEndpoint(from)} ${fault}`);
    this.kind = kind;
  }
}

/**
 * Takes the PROXY protocol header off the start of the connection: below, `connection.remote` is
 * who the header says the client is, and `connection.proxyHeader` the rest of what it says.
 *
 * Above `terminateTls` and detection: the header comes before anything else on the wire.
 */
export function acceptProxyHeader<C extends Connection, Res>(
  options: AcceptProxyHeaderOptions,
): SameLayer<C, Res> {
  const trusted = blockList(options.trusted);
  const mode = options.mode ?? "required";
  const timeoutMs = milliseconds("timeoutMs", options.timeoutMs ?? 3_000);
  // More than 64 KiB and 16 bytes no header can have.
  const maxBytes = whole("maxHeaderBytes", options.maxHeaderBytes ?? 4_096, 232, 65_551);

  return layer("acceptProxyHeader", (inner) => async (connection: C, cx: Context) => {
    if (isTrusted(trusted, connection.remote)) {
      await takeHeader(connection, { mode, timeoutMs, maxBytes }, cx);
    } else if (mode === "required") {
      throw new ProxyHeaderError("denied", connection.remote, "is not one of the trusted senders");
    }
    return inner.call(connection, cx);
  });
}

interface Bounds {
  readonly mode: "required" | "optional";
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

async function takeHeader(
  connection: Connection,
  { mode, timeoutMs, maxBytes }: Bounds,
  cx: Context,
): Promise<void> {
  const { stream, remote } = connection;
  const seen = await peek<ParsedProxyHeader>(stream, { maxBytes, timeoutMs }, decide, cx);
  if (seen.outcome === "decided" && seen.value.state === "header") {
    const { header, length } = seen.value;
    // All there: `peek` gave every byte back.
    stream.read(length);
    connection.cameThrough(header);
    return;
  }
  if (seen.outcome === "decided" && seen.value.state === "invalid") {
    throw new ProxyHeaderError("protocol", remote, `sent a bad header: ${seen.value.fault}`);
  }
  // Half a header is one that broke off, whatever the mode; none at all may be meant.
  const partial = seen.outcome === "timeout" && seen.bytes.length > 0;
  if (mode === "optional" && seen.outcome !== "limit" && !partial) return;
  if (seen.outcome === "timeout") {
    const error = new ProxyHeaderError("timeout", remote, `sent no header within ${timeoutMs} ms`);
    connection.close("idle_timeout", error);
    throw error;
  }
  const faults = {
    decided: "opened with something else than a header",
    ended: "closed before its header was over",
    limit: `sent a header of more than ${maxBytes} bytes`,
  };
  throw new ProxyHeaderError("protocol", remote, faults[seen.outcome]);
}

function decide(bytes: Buffer): ParsedProxyHeader | undefined {
  const parsed = parseProxyHeader(bytes);
  return parsed.state === "more" ? undefined : parsed;
}

function isTrusted(trusted: BlockList, { host }: Endpoint): boolean {
  const [address = ""] = host.split("%");
  const version = isIP(address);
  return version !== 0 && trusted.check(address, version === 4 ? "ipv4" : "ipv6");
}

/** @throws TypeError for what is neither an IP address nor a network. */
function blockList(trusted: readonly string[]): BlockList {
  const list = new BlockList();
  for (const each of trusted) {
    const [address = "", prefix, ...rest] = each.split("/");
    const version = isIP(address);
    const most = version === 4 ? 32 : 128;
    const bits = prefix === undefined ? most : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Infinity;
    if (version === 0 || rest.length > 0 || bits > most) {
      throw new TypeError(
        `trusted must hold IP addresses and networks like 10.0.0.0/8, got ${JSON.stringify(each)}`,
      );
    }
    list.addSubnet(address, bits, version === 4 ? "ipv4" : "ipv6");
  }
  return list;
}
