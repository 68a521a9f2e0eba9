import type { Observable } from "rxjs";

/** What a route answers, whole. */
export interface AdminAnswer {
  /** @default 200 */
  readonly status?: number;
  readonly contentType: string;
  readonly body: string | Uint8Array;
  /** In the place of those that every answer has, or beside them; names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer of text. */
export interface TextAnswer extends AdminAnswer {
  readonly body: string;
}

/** One message of a stream. */
export interface ServerSentEvent {
  /** What it is: a word, without line breaks. */
  readonly event: string;
  /** Said as JSON. */
  readonly data: unknown;
}

/** What a route answers that goes on: events as they come (server-sent events, WHATWG HTML 9.2). */
export interface AdminStream {
  /**
   * Opens it, for a caller there is room for. What it throws is the answer, as of a handler. The
   * caller's going ends the subscription; an error or the end of the events ends the answer.
   * @param taken resolves when the caller takes more, or has gone
   */
  readonly open: (taken: () => Promise<void>) => Observable<ServerSentEvent>;
}

/** What a route is told of the request that it answers. */
export interface AdminRequest {
  readonly path: string;
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
  /** As it is asked for, or `/folder/*` for whatever is below a folder and has no line of its own. */
  readonly path: string;
  readonly handler: (request: AdminRequest) => AdminAnswer | AdminStream | Promise<AdminAnswer | AdminStream>;
  /** Answered without the token, where there is one: for probes, which have none. @default false */
  readonly public?: boolean;
}

/** A line of text, and its end. */
export function textAnswer(line: string, status: number = 200): TextAnswer {
  return { status, contentType: "text/plain; charset=utf-8", body: `${line}\n` };
}

/** A value as JSON that people can read. */
export function jsonAnswer(value: object, status: number = 200): TextAnswer {
  return { status, contentType: "application/json", body: `${JSON.stringify(value, undefined, 2)}\n` };
}
