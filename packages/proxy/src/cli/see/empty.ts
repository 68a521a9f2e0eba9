import type { AdminClient } from "../admin-client/client.ts";
import { safe } from "../output/safe.ts";

/** The three lines that a new user needs, where nothing has passed yet. */
export async function emptyHint(client: AdminClient): Promise<string> {
  return emptyText(await addressOf(client));
}

/** @param address `HOST:PORT` where clients connect */
function emptyText(address: string): string {
  return `No traffic yet.
  point a client here   bootstrap.servers=${safe(address)}
  or look around        kcat -b ${safe(address)} -L
  or see it at work     pagoda demo
`;
}

/** Of the first listener that has one. What cannot be told is no reason to fail. */
async function addressOf(client: AdminClient): Promise<string> {
  const answer = (await client.get("/api/listeners").catch(() => undefined)) as
    | { readonly listeners?: readonly { readonly address?: unknown }[] }
    | undefined;
  const addresses = (answer?.listeners ?? []).map(({ address }) => address);
  const first = addresses.find((address) => typeof address === "string");
  return (first ?? "127.0.0.1:19092").replace(/^0\.0\.0\.0:|^\[::\]:|^:/, "localhost:");
}
