/** A proxy of Pagoda's own parts: `forwardTo` with `bind`, `serve` and `connect` around it. */

import { stack } from "@pagoda/core";
import type { Service } from "@pagoda/core";
import { bind, connect, detect, forwardTo, serve } from "@pagoda/tcp";
import type { Connection } from "@pagoda/tcp";

const [port, ...options] = process.argv.slice(2);
const upstream = { host: "127.0.0.1", port: Number(port) };
const forward = forwardTo({
  connect: (_, cx) => connect(upstream, cx),
  reuseBuffers: !options.includes("by-data-events"),
});
const service: Service<Connection, void> = options.includes("detect")
  ? stack<Connection, void>().push(detect()).service(forward)
  : forward;
const { address } = serve(await bind({ host: "127.0.0.1", port: 0, name: "bench" }), service);
process.send?.({ port: address.port });
