import { freePort } from "../../scripts/kafka/ports.ts";
import { watchClients } from "../support/client-watch.ts";
import type { ClientWatch } from "../support/client-watch.ts";
import { startPagoda } from "../support/pagoda.ts";
import type { PagodaProcess } from "../support/pagoda.ts";
import type { Way } from "./route.ts";
import type { Testbed } from "./testbed.ts";

/** The way through the proxy. */
export interface ProxiedWay extends Way, AsyncDisposable {
  readonly pagoda: PagodaProcess;
  /** Of everything that clients are sent. */
  readonly watch: ClientWatch;
}

// On Linux every address of 127/8 is this machine's. Clients are sent here, and nowhere else.
const proxiedHost = "127.0.77.1";
const slots = 9;
// Somebody else may have one of the ports in the row.
const maxAttempts = 5;

/** The way that the brokers themselves tell. */
export function directWay({ bootstrap, brokers }: Testbed): Way {
  return {
    bootstrap,
    brokers: new Map(brokers.map(({ nodeId, host, port }) => [nodeId, `${host}:${port}`])),
  };
}

/**
 * Starts `pagoda run --bootstrap` before the cluster. Clients are told an address where the watch
 * listens, at the very ports of the proxy: whatever they are sent comes by.
 */
export async function openProxiedWay(testbed: Testbed): Promise<ProxiedWay> {
  for (let attempt = 1; ; attempt++) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- again, only where it failed
      return await openAt(testbed, await freePort());
    } catch (error) {
      const inUse = error instanceof Error && /in use|EADDRINUSE/.test(error.message);
      if (attempt >= maxAttempts || !inUse) throw error;
    }
  }
}

async function openAt(testbed: Testbed, first: number): Promise<ProxiedWay> {
  const watch = await watchClients({
    host: proxiedHost,
    ports: Array.from({ length: 1 + slots }, (_, n) => first + n),
    servedBy: "127.0.0.1",
    forbidden: testbed.addresses,
  });
  const args = ["--bootstrap", testbed.bootstrap, "--listen", `127.0.0.1:${first}`];
  const advertised = ["--advertised-host", proxiedHost, "--slots", String(slots)];
  const pagoda = await startPagoda([...args, ...advertised]).catch(async (error: Error) => {
    await watch[Symbol.asyncDispose]();
    throw error;
  });
  // A node whose id is below the number of slots has the slot of that number.
  const portOf = (nodeId: number): number => first + 1 + nodeId;
  return {
    bootstrap: `${proxiedHost}:${first}`,
    brokers: new Map(testbed.brokers.map(({ nodeId }) => [nodeId, `${proxiedHost}:${portOf(nodeId)}`])),
    pagoda,
    watch,
    [Symbol.asyncDispose]: async () => {
      await watch[Symbol.asyncDispose]();
      await pagoda[Symbol.asyncDispose]();
    },
  };
}
