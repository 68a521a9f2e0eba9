import { formatEndpoint } from "@pagoda/tcp";
import type { Endpoint } from "@pagoda/tcp";

/** Milliseconds between two requests of the demo's own client. */
const everyMs = 500;

/**
 * Sends a small request through the proxy twice a second until it is stopped, so that the metrics
 * have something to show. A request that fails is left out: the next one comes soon.
 */
export function startDemoTraffic(proxy: Endpoint): Disposable {
  let sent = 0;
  const timer = setInterval(() => {
    sent += 1;
    void request(`http://${formatEndpoint(proxy)}/demo/${sent}`);
  }, everyMs);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

async function request(url: string): Promise<void> {
  try {
    const response = await fetch(url, {
      headers: { connection: "close" },
      signal: AbortSignal.timeout(5_000),
    });
    await response.arrayBuffer();
  } catch {
    // The proxy is draining, or the demo is being stopped.
  }
}
