import type { IncomingMessage } from "node:http";

import type { Access, Refusal } from "./access.ts";
import { readBody } from "./body.ts";
import { textAnswer } from "./route.ts";
import type { AdminAnswer, AdminRoute } from "./route.ts";
import { methodsOf } from "./route-table.ts";
import type { AdminPath, RouteTable } from "./route-table.ts";

/** How a request was answered. */
export interface Answered {
  readonly path: string;
  readonly answer: AdminAnswer;
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
  const found = table.get(path);
  const route = routeFor(found, method);
  const trusted = access.trusts(headers);

  const foreign = access.refuseHost(headers);
  if (foreign !== undefined) return refusal(path, foreign);
  if (!trusted && route?.public !== true) return refusal(path, access.noToken);
  if (found === undefined) return { path, answer: notFound(table) };
  if (route === undefined) {
    const allow = methodsOf(found);
    return { path, answer: textAnswer(`only ${allow}`, 405), headers: { allow } };
  }
  if (route.method === "GET") return handled(path, route, request, { query, trusted, body: undefined });

  const forbidden = access.refuseWrite(headers);
  if (forbidden !== undefined) return refusal(path, forbidden);
  const body = await readBody(request);
  // Whatever more of it comes is not waited for.
  if (body.fault !== undefined) return { path, answer: body.fault, headers: { connection: "close" } };
  return handled(path, route, request, { query, trusted, body: body.value });
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
      answer: await route.handler({ accept, query: new URLSearchParams(query), trusted, body }),
    };
  } catch (error) {
    return { path, answer: textAnswer("internal error; the log has it", 500), failure: { error } };
  }
}

function refusal(path: string, { status, rule, reason }: Refusal): Answered {
  const answer = textAnswer(reason, status);
  const ask = rule === "token" ? { "www-authenticate": "Bearer" } : {};
  return { path, answer, refused: rule, headers: { ...ask, connection: "close" } };
}

function notFound(table: RouteTable): AdminAnswer {
  return textAnswer(`not found; there is:\n${[...table.keys()].join("\n")}`, 404);
}
