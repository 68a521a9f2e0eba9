import type { IncomingMessage } from "node:http";

import type { Access, Refusal } from "./access.ts";
import { readBody } from "./body.ts";
import { faultAnswer, faultOf } from "./fault-answer.ts";
import type { Fault } from "./fault-answer.ts";
import type { AdminAnswer, AdminRoute, AdminStream } from "./route.ts";
import { findPath, methodsOf } from "./route-table.ts";
import type { AdminPath, RouteTable } from "./route-table.ts";

/** How a request was answered. */
export interface Answered<A extends AdminAnswer | AdminStream = AdminAnswer | AdminStream> {
  readonly path: string;
  readonly answer: A;
  readonly headers?: Readonly<Record<string, string>>;
  /** The rule that refused it. */
  readonly refused?: Refusal["rule"];
  /** What a handler failed with, which the caller is not told. */
  readonly failure?: { readonly error: unknown };
}

/**
 * Answers a request: refuses it by the first rule that it breaks, so that nobody learns which paths
 * there are without the token, and nothing of a body is read before all rules hold.
 */
export async function answerTo(
  request: IncomingMessage,
  table: RouteTable,
  access: Access,
): Promise<Answered> {
  const { headers } = request;
  const [path = "/", query = ""] = (request.url ?? "/").split("?", 2);
  const method = request.method === "HEAD" ? "GET" : request.method;
  const found = findPath(table, path);
  const route = routeFor(found, method);
  const trusted = access.trusts(headers);

  const foreign = access.refuseHost(headers);
  if (foreign !== undefined) return refusal(path, foreign);
  if (!trusted && route?.public !== true) return refusal(path, access.noToken);
  if (found === undefined) return { path, answer: faultAnswer(path, notFound(table)) };
  if (route === undefined) {
    const allow = methodsOf(found);
    const fault = { status: 405, code: "METHOD_NOT_ALLOWED", message: `only ${allow}` };
    return { path, answer: faultAnswer(path, fault), headers: { allow } };
  }
  if (route.method === "GET") return handled(path, route, request, { query, trusted, body: undefined });

  const forbidden = access.refuseWrite(headers);
  if (forbidden !== undefined) return refusal(path, forbidden);
  const body = await readBody(request);
  // Whatever more of it comes is not waited for.
  if (body.fault !== undefined) {
    return { path, answer: faultAnswer(path, body.fault), headers: { connection: "close" } };
  }
  return handled(path, route, request, { query, trusted, body: body.value });
}

/** What is answered when a handler, or the opening of a stream, failed with `error`. */
export function failed(path: string, error: unknown): Answered<AdminAnswer> {
  const fault = faultOf(error);
  if (fault !== undefined) return { path, answer: faultAnswer(path, fault) };
  const defect = { status: 500, code: "INTERNAL", message: "internal error; the log has it" };
  return { path, answer: faultAnswer(path, defect), failure: { error } };
}

function routeFor(found: AdminPath | undefined, method: string | undefined): AdminRoute | undefined {
  return method === "GET" || method === "POST" ? found?.[method] : undefined;
}

interface Asked {
  readonly query: string;
  readonly trusted: boolean;
  readonly body: unknown;
}

async function handled(
  path: string,
  route: AdminRoute,
  request: IncomingMessage,
  { query, trusted, body }: Asked,
): Promise<Answered> {
  try {
    const { accept } = request.headers;
    return {
      path,
      answer: await route.handler({ path, accept, query: new URLSearchParams(query), trusted, body }),
    };
  } catch (error) {
    return failed(path, error);
  }
}

const refusalCodes: Readonly<Record<Refusal["rule"], string>> = {
  host: "UNKNOWN_HOST",
  token: "NO_TOKEN",
  writes: "WRITES_OFF",
  origin: "FOREIGN_ORIGIN",
};

function refusal(path: string, { status, rule, reason }: Refusal): Answered {
  const answer = faultAnswer(path, { status, code: refusalCodes[rule], message: reason });
  const ask = rule === "token" ? { "www-authenticate": "Bearer" } : {};
  return { path, answer, refused: rule, headers: { ...ask, connection: "close" } };
}

function notFound(table: RouteTable): Fault {
  return { status: 404, code: "NOT_FOUND", message: `not found; there is:\n${[...table.keys()].join("\n")}` };
}
