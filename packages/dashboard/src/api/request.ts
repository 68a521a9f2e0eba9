import { askForToken, token } from "./token.ts";

/** The server answered with something else than what was asked for. */
export class AnswerError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = "AnswerError";
    this.status = status;
  }
}

/** Where the admin server has `path`, seen from this page below `/ui/`. */
function adminUrl(path: string): URL {
  return new URL(`../${path}`, document.baseURI);
}

/** Asks the admin server, with the token if there is one. @throws AnswerError unless it answers 2xx. */
export async function request(path: string, signal: AbortSignal): Promise<Response> {
  const shown = token();
  const headers: Record<string, string> = shown === null ? {} : { authorization: `Bearer ${shown}` };
  const response = await fetch(adminUrl(path), { headers, signal, cache: "no-store", redirect: "error" });
  if (response.ok) return response;
  // A token may have been given while this was on its way.
  if (response.status === 401 && token() === shown) askForToken();
  throw new AnswerError(response.status, problemOf(await response.text(), response.status));
}

/** Errors are `{ error: { code, message } }`, or a line of text. */
function problemOf(body: string, status: number): string {
  try {
    const { error } = JSON.parse(body) as { error?: { message?: unknown } };
    if (typeof error?.message === "string") return error.message;
  } catch {
    // No JSON: the text says it.
  }
  return body.trim().slice(0, 300) || `the server answered ${status}`;
}
