import { messageOf } from "@pagoda/core";

import { safe } from "../output/safe.ts";
import {
  AdminAnswerError,
  AdminDeniedError,
  AdminTimeoutError,
  AdminUnreachableError,
  AdminVersionError,
} from "./errors.ts";
import { readEvents } from "./server-sent-events.ts";
import type { ServerSentEvent } from "./server-sent-events.ts";

export interface AdminClientOptions {
  /** Of the admin server, without a path. */
  readonly url: URL;
  readonly token?: string | undefined;
  /**
   * Milliseconds until an answer is there, all of it; of a stream, until it begins.
   * @default 5000
   */
  readonly timeoutMs?: number;
  /**
   * Milliseconds of silence until a stream counts as dead. The server says something every 15 s.
   * @default 45000
   */
  readonly silenceMs?: number;
}

/** What a request asks for. */
export interface AdminRequest {
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
}

interface Asked extends AdminRequest {
  readonly method?: "POST";
  readonly body?: object;
}

/** An answer as it came, whatever its status. */
export interface AdminReply {
  readonly status: number;
  readonly body: string;
}

/** The largest answer taken, in bytes. */
const maxAnswerBytes = 64 * 1024 * 1024;

/** Asks a running proxy's admin server. What goes wrong is said with what to do about it. */
export class AdminClient {
  readonly #options: AdminClientOptions;
  readonly #timeoutMs: number;

  constructor(options: AdminClientOptions) {
    this.#options = options;
    this.#timeoutMs = options.timeoutMs ?? 5_000;
  }

  /** Where it asks, for messages. */
  get url(): string {
    return this.#options.url.href.replace(/\/$/, "");
  }

  /**
   * What a path answers, as JSON.
   * @throws AdminUnreachableError, AdminTimeoutError, AdminDeniedError, AdminVersionError, AdminAnswerError
   */
  async get(path: string, request: AdminRequest = {}): Promise<unknown> {
    return this.#json(path, await this.reply(path, request));
  }

  /**
   * Posts to a path.
   * @param accepts a status beside those of success whose answer is JSON that the caller understands
   * @throws as `get`
   */
  async post(path: string, body?: object, { accepts }: { readonly accepts?: number } = {}): Promise<unknown> {
    const reply = await this.reply(path, { method: "POST", ...(body && { body }) });
    return this.#json(path, reply.status === accepts ? { ...reply, status: 200 } : reply);
  }

  /**
   * The answer of a path, whatever its status.
   * @throws AdminUnreachableError, AdminTimeoutError, AdminVersionError
   */
  async reply(path: string, asked: Asked = {}): Promise<AdminReply> {
    const deadline = AbortSignal.timeout(this.#timeoutMs);
    const signal = asked.signal === undefined ? deadline : AbortSignal.any([deadline, asked.signal]);
    const response = await this.#fetch(path, asked, signal);
    try {
      return { status: response.status, body: await this.#text(path, response) };
    } catch (error) {
      throw this.#named(error, asked.signal);
    }
  }

  /**
   * The events of a path until the server ends it, or the signal is aborted: that ends it in order.
   * @throws as `get`; AdminUnreachableError where the connection breaks or falls silent
   */
  async *events(path: string, request: AdminRequest = {}): AsyncGenerator<ServerSentEvent> {
    const { signal: outer } = request;
    const silence = new AbortController();
    const signal = outer === undefined ? silence.signal : AbortSignal.any([silence.signal, outer]);
    const hush = (ms: number): NodeJS.Timeout => setTimeout(() => silence.abort(new SilentError(ms)), ms);
    let timer = hush(this.#timeoutMs);
    const { silenceMs = 45_000 } = this.#options;
    const heard = async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunks) {
        clearTimeout(timer);
        timer = hush(silenceMs);
        yield chunk;
      }
    };
    try {
      const response = await this.#fetch(path, request, signal);
      clearTimeout(timer);
      timer = hush(silenceMs);
      if (response.status !== 200 || response.body === null) {
        this.#json(path, { status: response.status, body: await this.#text(path, response) });
        throw this.#unknown(path, "there is no stream");
      }
      if (!/^text\/event-stream\b/.test(response.headers.get("content-type") ?? "")) {
        throw this.#unknown(path, "the answer is no stream of events");
      }
      yield* readEvents(heard(response.body));
    } catch (error) {
      if (outer?.aborted === true) return;
      throw this.#named(error, outer);
    } finally {
      clearTimeout(timer);
      silence.abort();
    }
  }

  async #fetch(path: string, asked: Asked, signal: AbortSignal): Promise<Response> {
    const { token, url } = this.#options;
    const target = new URL(path, url);
    for (const [name, value] of Object.entries(asked.query ?? {})) {
      if (value !== undefined) target.searchParams.set(name, value);
    }
    try {
      return await fetch(target, {
        method: asked.method ?? "GET",
        signal,
        // The token is for nobody else.
        redirect: "manual",
        headers: {
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(asked.body && { "content-type": "application/json" }),
        },
        ...(asked.body && { body: JSON.stringify(asked.body) }),
      });
    } catch (error) {
      throw this.#named(error, asked.signal);
    }
  }

  async #text(path: string, response: Response): Promise<string> {
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of response.body ?? []) {
      chunks.push(chunk);
      length += chunk.byteLength;
      if (length > maxAnswerBytes) throw this.#unknown(path, "the answer is larger than 64 MiB");
    }
    return Buffer.concat(chunks).toString("utf8");
  }

  /** The answer's JSON; throws for every status that is not of success. */
  #json(path: string, { status, body }: AdminReply): unknown {
    if (status < 200 || status > 299) throw this.#refused(path, status, wordsOf(body));
    try {
      return JSON.parse(body) as unknown;
    } catch {
      throw this.#unknown(path, "the answer is no JSON");
    }
  }

  #refused(path: string, status: number, words: string): Error {
    const { token } = this.#options;
    if (status === 401) {
      return new AdminDeniedError(
        token === undefined
          ? `the proxy at ${this.url} asks for a token: --token TOKEN, or PAGODA_ADMIN_TOKEN (its admin.token)`
          : `the proxy at ${this.url} does not take this token: it is its admin.token`,
      );
    }
    if (status === 403) return new AdminDeniedError(`the proxy at ${this.url} does not allow it: ${words}`);
    if (status === 404) return this.#unknown(path, "it is older than this command line");
    if (status >= 300 && status <= 399) return this.#unknown(path, "it sends its callers elsewhere");
    return new AdminAnswerError(status, `the proxy at ${this.url} answered ${status}: ${words}`);
  }

  #unknown(path: string, why: string): AdminVersionError {
    return new AdminVersionError(
      `${this.url}${path} is not what a proxy of this version has: ${why}, or --admin is another server's`,
    );
  }

  /** What fetch failed with, as an error of ours; what the caller aborted with, as it is. */
  #named(error: unknown, outer: AbortSignal | undefined): unknown {
    if (outer?.aborted === true || !(error instanceof Error)) return error;
    if (error instanceof AdminVersionError || error instanceof AdminAnswerError) return error;
    if (error instanceof AdminDeniedError || error instanceof AdminUnreachableError) return error;
    if (error.name === "TimeoutError") return new AdminTimeoutError(this.url, this.#timeoutMs);
    if (error instanceof SilentError) return new AdminTimeoutError(this.url, error.ms);
    return new AdminUnreachableError(this.url, reasonOf(error), error);
  }
}

class SilentError extends Error {
  readonly ms: number;
  constructor(ms: number) {
    super("nothing was heard");
    this.ms = ms;
  }
}

/** fetch says "fetch failed", and hides why in the cause. */
function reasonOf(error: Error): string {
  const { cause } = error;
  const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : "";
  switch (code) {
    case "ECONNREFUSED":
      return "connection refused";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "no such host";
    case "":
      return messageOf(cause ?? error);
    default:
      return code;
  }
}

/** What a refusal says: `{error: {message}}`, or its text; on one line, and not too much of it. */
function wordsOf(body: string): string {
  let words = body;
  try {
    const { error } = JSON.parse(body) as { readonly error?: { readonly message?: unknown } };
    if (typeof error?.message === "string") words = error.message;
  } catch {
    // Text, then.
  }
  return safe(words.replaceAll(/\s+/g, " ").trim()).slice(0, 500) || "without a word";
}
