import { formatEndpoint } from "@pagoda/tcp";

import { startDemoTraffic } from "../demo/traffic.ts";
import { startDemoUpstream } from "../demo/upstream.ts";
import { createLog } from "../log.ts";
import { defaults } from "../options.ts";
import type { ProxyOptions } from "../options.ts";
import { startProxy } from "../proxy.ts";
import type { Proxy } from "../proxy.ts";
import { exitCodes } from "./exit.ts";
import { readFlags, flagHelp } from "./flags.ts";
import { failFast, untilStopped } from "./run.ts";

const demoFlags = {
  help: { short: "h", help: "print this" },
} as const;

/** `pagoda demo`: the reference proxy before an upstream in this process, with traffic. */
export async function demo(args: readonly string[]): Promise<number> {
  const flags = readFlags("demo", demoFlags, args);
  if (flags.help !== undefined) {
    process.stdout.write(
      `pagoda demo - the proxy before an upstream of its own\n\nFLAGS\n${flagHelp(demoFlags)}\n`,
    );
    return exitCodes.ok;
  }
  const log = createLog({ level: "warn" });
  failFast(log);
  await using upstream = await startDemoUpstream();
  const options: ProxyOptions = {
    ...defaults,
    listen: { host: "127.0.0.1", port: 19_092 },
    upstream: upstream.address,
    // Nothing in the demo is worth waiting for.
    drainTimeoutMs: 2_000,
  };
  const proxy = await startOnFreePorts(options);
  using _traffic = startDemoTraffic(proxy.address);
  process.stdout.write(banner(proxy, upstream.address.port));
  // Awaited here: `using` ends the upstream when this function returns.
  return await untilStopped(proxy, options, log);

  /** The usual ports when they are free, else any: a demo must not fail for that. */
  async function startOnFreePorts(wanted: ProxyOptions): Promise<Proxy> {
    try {
      return await startProxy(wanted, { log });
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "LISTEN_PORT_IN_USE")) throw error;
      const anyPort = { host: "127.0.0.1", port: 0 };
      return startProxy({ ...wanted, listen: anyPort, admin: anyPort }, { log });
    }
  }
}

function banner(proxy: Proxy, upstreamPort: number): string {
  const at = formatEndpoint(proxy.address);
  const admin = proxy.admin === undefined ? "" : formatEndpoint(proxy.admin);
  return `
pagoda is serving ${at} before a demo upstream (an HTTP service on port ${upstreamPort})

  try it        curl http://${at}/hello
  look at it    curl http://${admin}/metrics | grep pagoda_
  its tiers     curl http://${admin}/stacks

  a real Kafka  npm run kafka -- --advertise 127.0.0.1:19192
                npm run -s pagoda -- run --listen 127.0.0.1:19192 --upstream THE_UPSTREAM_IT_PRINTED --admin off
                kcat -b 127.0.0.1:19192 -L

Ctrl-C stops it.
`;
}
