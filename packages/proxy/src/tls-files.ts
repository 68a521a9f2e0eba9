import type { Scope } from "@pagoda/core";
import { clientTls, serverTls } from "@pagoda/tcp";
import type { ClientTls, Reloadable, ServerTls } from "@pagoda/tcp";

import type { Logger } from "./log.ts";
import type { ListenerTls, UpstreamTls } from "./options.ts";

/** Reads what a listener shows to TLS clients. Its files are looked at again every 10 s. */
export async function listenerTls(
  { certFile, keyFile, clientCaFile }: ListenerTls,
  scope: Scope,
  log: Logger,
): Promise<ServerTls> {
  const tls = await serverTls({
    certificates: [{ cert: { file: certFile }, key: { file: keyFile } }],
    ...(clientCaFile !== undefined && { clients: { ca: { file: clientCaFile } } }),
  });
  logReloads("listener", scope.use(tls), log);
  return tls;
}

/** Reads what is needed to speak TLS to the upstream. Its files are looked at again every 10 s. */
export async function upstreamTls(
  { caFile, serverName, certFile, keyFile }: UpstreamTls,
  scope: Scope,
  log: Logger,
): Promise<ClientTls> {
  const tls = await clientTls({
    ...(caFile !== undefined && { ca: { file: caFile } }),
    ...(serverName !== undefined && { serverName }),
    ...(certFile !== undefined &&
      keyFile !== undefined && { certificate: { cert: { file: certFile }, key: { file: keyFile } } }),
  });
  logReloads("upstream", scope.use(tls), log);
  return tls;
}

function logReloads(side: "listener" | "upstream", { reloads }: Reloadable, log: Logger): void {
  reloads.subscribe((reload) => {
    if (reload.outcome === "failed")
      log.error({ side, err: reload.error }, "new certificates cannot be used; the old ones stay");
    else log.info({ side }, "certificates reloaded");
  });
}
