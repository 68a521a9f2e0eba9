import { classify, messageOf, ProxyError } from "@pagoda/core";
import type { ErrorKind } from "@pagoda/core";

import type { Endpoint } from "./connection.ts";
import { formatEndpoint } from "./endpoint.ts";

/** The codes of {@link ListenError}. */
export type ListenErrorCode =
  | "LISTEN_PORT_IN_USE"
  | "LISTEN_PERMISSION"
  | "LISTEN_ADDRESS_NOT_AVAILABLE"
  | "LISTEN_DNS"
  | "LISTEN_FAILED";

interface Explanation {
  readonly code: ListenErrorCode;
  readonly kind: ErrorKind;
  readonly say: (endpoint: Endpoint) => string;
}

const inUse: Explanation = {
  code: "LISTEN_PORT_IN_USE",
  kind: "invalid",
  say: ({ port }) =>
    `the port is in use: stop what listens there (ss -ltnp sport = :${port}), or take another port`,
};
const permission: Explanation = {
  code: "LISTEN_PERMISSION",
  kind: "denied",
  say: ({ port }) =>
    port > 0 && port < 1024
      ? "not permitted: ports below 1024 need a privilege (CAP_NET_BIND_SERVICE), or take a higher port"
      : "not permitted: run as a user that may listen there, or take another port",
};
const notAvailable: Explanation = {
  code: "LISTEN_ADDRESS_NOT_AVAILABLE",
  kind: "invalid",
  say: ({ host }) =>
    `this machine has no address ${host}: use one that it has, or leave the host empty for all`,
};
const unknownName: Explanation = {
  code: "LISTEN_DNS",
  kind: "invalid",
  say: ({ host }) => `the name ${host} does not resolve: check its spelling, or use an IP address`,
};

const explanations: ReadonlyMap<string, Explanation> = new Map([
  ["EADDRINUSE", inUse],
  ["EACCES", permission],
  ["EPERM", permission],
  ["EADDRNOTAVAIL", notAvailable],
  ["EAFNOSUPPORT", notAvailable],
  ["EINVAL", notAvailable],
  ["ENOTFOUND", unknownName],
  ["EAI_AGAIN", unknownName],
]);

/** A listener could not be opened. The message says which one, where, why and what to do. */
export class ListenError extends ProxyError {
  readonly code: ListenErrorCode;
  readonly retriable = false;
  readonly kind: ErrorKind;
  /** The listener's name. */
  readonly listener: string;
  readonly endpoint: Endpoint;

  /** @param cause what the system said: its `code` decides ours. */
  constructor(listener: string, endpoint: Endpoint, cause: unknown) {
    const { kind, code } = classify(cause);
    const known = explanations.get(code);
    const why = known === undefined ? messageOf(cause) : known.say(endpoint);
    super(`listener ${listener}: cannot listen on ${formatEndpoint(endpoint)}: ${why}`, { cause });
    this.code = known?.code ?? "LISTEN_FAILED";
    this.kind = known?.kind ?? kind;
    this.listener = listener;
    this.endpoint = endpoint;
  }
}
