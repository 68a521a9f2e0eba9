import { UsageError } from "../exit.ts";
import type { Flags } from "../flags.ts";
import { AdminClient } from "./client.ts";

/** What every command takes that asks a running proxy. */
export const adminFlags = {
  admin: { value: "URL", help: "admin server of the proxy", fallback: "http://127.0.0.1:9190" },
  token: { value: "TOKEN", help: "its admin.token", fallback: "PAGODA_ADMIN_TOKEN" },
} as const satisfies Flags;

/**
 * The client that the flags ask for. `--admin` may leave out `http://`.
 * @throws UsageError where it is no address
 */
export function adminClient(
  given: { readonly admin?: string; readonly token?: string },
  options: { readonly timeoutMs?: number } = {},
): AdminClient {
  const token = given.token ?? process.env["PAGODA_ADMIN_TOKEN"];
  return new AdminClient({
    url: adminUrl(given.admin),
    ...(token !== undefined && token !== "" && { token: checkedToken(token) }),
    ...options,
  });
}

/** @throws UsageError */
export function adminUrl(text = "http://127.0.0.1:9190"): URL {
  const wrong = new UsageError(`--admin must be like http://127.0.0.1:9190 or proxy:9190, got "${text}"`);
  const url = URL.parse(/^https?:\/\//.test(text) ? text : `http://${text}`);
  if (url === null || url.username !== "" || url.search !== "" || url.hash !== "") throw wrong;
  if (url.pathname !== "/" || url.hostname === "") throw wrong;
  return url;
}

/** What a header cannot carry is no token; the message must not show it. */
function checkedToken(token: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new UsageError("the token must be of visible ASCII characters, without spaces");
}
