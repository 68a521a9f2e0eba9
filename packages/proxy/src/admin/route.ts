/** What a route answers. */
export interface AdminAnswer {
  /** @default 200 */
  readonly status?: number;
  readonly contentType: string;
  readonly body: string;
}

/** What a route is told of the request that it answers. */
export interface AdminRequest {
  readonly accept: string | undefined;
  readonly query: URLSearchParams;
  /** What was posted, read as JSON; undefined where nothing was. */
  readonly body: unknown;
  /** False only on a route that needs no token, when the caller has not shown the one there is. */
  readonly trusted: boolean;
}

/**
 * One line of the admin server's table. GET (and HEAD, which is the same without the body) reads and
 * never changes anything; what changes something is POST, and answered with `allowWrites` only.
 */
export interface AdminRoute {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly handler: (request: AdminRequest) => AdminAnswer | Promise<AdminAnswer>;
  /** Answered without the token, where there is one: for probes, which have none. @default false */
  readonly public?: boolean;
}

/** A line of text, and its end. */
export function textAnswer(line: string, status: number = 200): AdminAnswer {
  return { status, contentType: "text/plain; charset=utf-8", body: `${line}\n` };
}

/** A value as JSON that people can read. */
export function jsonAnswer(value: object, status: number = 200): AdminAnswer {
  return { status, contentType: "application/json", body: `${JSON.stringify(value, undefined, 2)}\n` };
}
