import type { Context } from "@pagoda/core";
import { checkAdvertised, formatAdvertised } from "@pagoda/kafka";
import type { Cluster } from "@pagoda/kafka";
import { clientTls } from "@pagoda/tcp";
import type { Endpoint } from "@pagoda/tcp";

import type { ListenerConfig } from "../config/model.ts";
import type { Logger } from "../log.ts";

export interface SelfCheckOptions {
  /** What clients are told to begin with. */
  readonly bootstrap: Endpoint;
  readonly cluster: Cluster;
  readonly log: Logger;
}

/**
 * Once at the start: dials what the proxy advertises, and logs what a client on this machine will
 * see. Not where a client would need more than an address: a certificate, or a balancer in between.
 */
export async function selfCheck(
  { tls: files, acceptProxyHeader }: ListenerConfig,
  { bootstrap, cluster, log }: SelfCheckOptions,
  cx: Context,
): Promise<void> {
  if (files?.clientCaFile !== undefined || acceptProxyHeader?.mode === "required") return;
  // Addresses are checked, not certificates: whom clients trust is theirs to know.
  using tls = files && (await clientTls({ rejectUnauthorized: false }));
  try {
    const report = await checkAdvertised({ bootstrap, cluster, ...(tls && { tls }) }, cx);
    const lines = formatAdvertised(report);
    if (report.ok) log.info({ check: lines }, "clients reach every broker through this proxy");
    else log.warn({ check: lines }, "clients will not reach every broker through this proxy");
  } catch (error) {
    // A check that cannot be made is no reason to end a proxy that works.
    if (!cx.cancelled) log.error({ err: error }, "the self-check failed");
  }
}
