/** A proxy of Pagoda's own parts: what `forward` costs, with `bind`, `serve` and `connect` around it. */

import { bind, connect, forwardTo, serve } from "@pagoda/tcp";

const [port, reads] = process.argv.slice(2);
const upstream = { host: "127.0.0.1", port: Number(port) };
const service = forwardTo({ connect: (_, cx) => connect(upstream, cx), reuseBuffers: reads !== "by-data-events" });
const { address } = serve(await bind({ host: "127.0.0.1", port: 0, name: "bench" }), service);
process.send?.({ port: address.port });
