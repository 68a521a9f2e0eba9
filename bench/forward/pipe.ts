/** The ten-line Node proxy: what anybody would write first. */

import { connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";

const [port, listenPort] = process.argv.slice(2).map(Number);
const server = createServer({ allowHalfOpen: true, noDelay: true }, (downstream) => {
  const upstream = connect({ port: port ?? 0, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
  downstream.pipe(upstream).pipe(downstream);
  downstream.on("error", () => upstream.destroy());
  upstream.on("error", () => downstream.destroy());
});
server.listen(listenPort ?? 0, "127.0.0.1", () =>
  process.send?.({ port: (server.address() as AddressInfo).port }),
);
