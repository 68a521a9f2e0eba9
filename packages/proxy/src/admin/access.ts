import { ProxyError } from "@pagoda/core";
import { formatEndpoint } from "@pagoda/tcp";
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

import type { AdminConfig } from "../config/model.ts";
import { isKnownHost, isLoopback } from "./hosts.ts";

/** An admin server that others can reach has no token. */
export class AdminTokenError extends ProxyError {
  readonly code = "ADMIN_TOKEN";
  readonly retriable = false;
  readonly kind = "invalid";
  constructor({ bind }: Pick<AdminConfig, "bind">) {
    super(
      `admin.bind ${formatEndpoint(bind)} is open to other machines: set admin.token, or bind to 127.0.0.1`,
    );
  }
}

/** Why a request is not answered. */
export interface Refusal {
  readonly status: 401 | 403 | 421;
  /** Which rule it was: one of few, for the log. */
  readonly rule: "host" | "token" | "writes" | "origin";
  /** For the caller: what to do about it. */
  readonly reason: string;
}

/** Who may ask the admin server for what. */
export class Access {
  readonly #config: AdminConfig;
  readonly #token: Buffer | undefined;

  /** @throws AdminTokenError when it is open to other machines, without a token. */
  constructor(config: AdminConfig) {
    if (config.token === "") throw new RangeError("admin.token must not be empty");
    if (config.token === undefined && !isLoopback(config.bind.host)) throw new AdminTokenError(config);
    this.#config = config;
    this.#token = config.token === undefined ? undefined : digest(config.token);
  }

  /** Asked of every request. */
  refuseHost({ host = "" }: IncomingHttpHeaders): Refusal | undefined {
    if (isKnownHost(host, this.#config.allowedHosts)) return undefined;
    const reason = "this host name is not known here: use an IP address, or list it in admin.allowedHosts";
    return { status: 421, rule: "host", reason };
  }

  /** Has the caller shown the token, or is there none? */
  trusts({ authorization = "" }: IncomingHttpHeaders): boolean {
    if (this.#token === undefined) return true;
    const { token } = /^bearer +(?<token>\S+) *$/i.exec(authorization)?.groups ?? {};
    // Of equal length, so that the comparison can take the same time for any.
    return token !== undefined && timingSafeEqual(digest(token), this.#token);
  }

  /** Asked of a request that a token is needed for, and that showed none or another. */
  get noToken(): Refusal {
    return { status: 401, rule: "token", reason: "show the token, as `Authorization: Bearer TOKEN`" };
  }

  /** Asked of a request that would change something. */
  refuseWrite(headers: IncomingHttpHeaders): Refusal | undefined {
    if (!this.#config.allowWrites) {
      return { status: 403, rule: "writes", reason: "nothing may be changed here: set admin.allowWrites" };
    }
    if (isSameOrigin(headers)) return undefined;
    return { status: 403, rule: "origin", reason: "a web page of another origin may not change anything" };
  }
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** Programs send no `Origin`; browsers do with every POST, and pages cannot change it. */
function isSameOrigin({ host = "", origin, "sec-fetch-site": site }: IncomingHttpHeaders): boolean {
  if (site !== undefined && site !== "same-origin" && site !== "none") return false;
  return origin === undefined || origin === `http://${host}` || origin === `https://${host}`;
}
