import type { ErrorKind } from "@pagoda/core";
import type { TrafficState } from "@pagoda/traffic";
import type { TapMessage, TapRequest } from "@pagoda/traffic/view";
import type { ConnectionStatus } from "@pagoda/traffic/view";

import type { ClusterStatus } from "../admin/cluster-status.ts";
import { logLevels } from "../log.ts";
import type { LogLevel } from "../log.ts";
import type { FamilySnapshot } from "./snapshot.ts";
import type { WorkerStatus } from "./worker-proxy.ts";
import type { ReloadResult } from "../runtime/reloader.ts";

/**
 * What the primary and a worker say to each other, as JSON over the channel that `fork` opens.
 *
 * ```text
 * primary → worker   request  { id, ask }       each is answered once, or times out
 * worker → primary   answer   { id, value } or { id, error }
 *                    serving                    once, when its listeners are open
 *                    failed   { error }         once, when it could not begin; it ends then
 *                    tap      { session, message }   for as long as the tap is open
 * ```
 *
 * The channel carries messages of node:cluster and of libraries too: ours have the mark, and
 * whatever does not is none of ours. Ours with a shape that makes no sense are dropped and logged.
 */
const mark = "pagoda-worker-1";

const plainAsks = [
  "ping",
  "metrics",
  "status",
  "traffic",
  "clusters",
  "connections",
  "reload",
  "end",
] as const;

/** What the primary can ask, and what the answer is. */
export interface Answers {
  /** The heartbeat: the event loop turns. */
  readonly ping: true;
  readonly metrics: readonly FamilySnapshot[];
  readonly status: WorkerStatus;
  readonly reload: ReloadResult;
  readonly drain: "drained" | "forced";
  readonly logLevel: true;
  readonly traffic: TrafficState;
  readonly clusters: readonly ClusterStatus[];
  /** At most 5000. */
  readonly connections: readonly ConnectionStatus[];
  /** One that is open already stays as it is. */
  readonly tapOpen: true;
  readonly tapClose: true;
  /** Answered before the worker disposes of its proxy and ends. */
  readonly end: true;
}

/** Asks without a word more. */
type PlainAsk = (typeof plainAsks)[number];

export type Ask =
  | { readonly kind: PlainAsk }
  | { readonly kind: "tapOpen"; readonly session: number; readonly request: TapRequest }
  | { readonly kind: "tapClose"; readonly session: number }
  | { readonly kind: "drain"; readonly deadlineMs: number }
  | { readonly kind: "logLevel"; readonly level: LogLevel };

/** An error on its way to the primary. */
export interface SentError {
  readonly message: string;
  readonly code: string;
  readonly kind: ErrorKind;
  readonly retriable: boolean;
  /** What a process that ends for it ends with. */
  readonly exitCode: number;
}

export interface Request {
  readonly type: "request";
  readonly id: number;
  readonly ask: Ask;
}

export type Reply =
  | { readonly type: "serving" }
  | { readonly type: "failed"; readonly error: SentError }
  | { readonly type: "tap"; readonly session: number; readonly message: TapMessage }
  | { readonly type: "answer"; readonly id: number; readonly value: unknown }
  | { readonly type: "answer"; readonly id: number; readonly error: SentError };

/** `other`: not a message of ours. */
export type Received<M> = M | "other" | "malformed";

/** A message, ready for `send`. */
export function toWire(message: Request | Reply): object {
  return { ...message, mark };
}

export function readRequest(message: unknown): Received<Request> {
  if (!isMarked(message)) return "other";
  const { type, id, ask } = message;
  if (type !== "request" || !Number.isSafeInteger(id) || !isAsk(ask)) return "malformed";
  return { type, id: Number(id), ask };
}

export function readReply(message: unknown): Received<Reply> {
  if (!isMarked(message)) return "other";
  const { type, id, value, error } = message;
  if (type === "serving") return { type };
  if (type === "failed") return isSentError(error) ? { type, error } : "malformed";
  if (type === "tap") {
    const { session, message: told } = message;
    return Number.isSafeInteger(session) && isTapMessage(told)
      ? { type, session: Number(session), message: told }
      : "malformed";
  }
  if (type !== "answer" || !Number.isSafeInteger(id)) return "malformed";
  if (error === undefined) return { type, id: Number(id), value };
  return isSentError(error) ? { type, id: Number(id), error } : "malformed";
}

type Fields = Readonly<Record<string, unknown>>;

function isMarked(message: unknown): message is Fields {
  return isFields(message) && message["mark"] === mark;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

function isAsk(ask: unknown): ask is Ask {
  if (!isFields(ask)) return false;
  if (ask["kind"] === "drain") return typeof ask["deadlineMs"] === "number";
  if (ask["kind"] === "logLevel") return logLevels.some((level) => level === ask["level"]);
  if (ask["kind"] === "tapOpen") return Number.isSafeInteger(ask["session"]) && isFields(ask["request"]);
  if (ask["kind"] === "tapClose") return Number.isSafeInteger(ask["session"]);
  return plainAsks.some((kind) => kind === ask["kind"]);
}

/** Its own code made the event, from the same build. */
function isTapMessage(message: unknown): message is TapMessage {
  if (!isFields(message)) return false;
  if (message["kind"] === "event") return isFields(message["event"]);
  return (
    message["kind"] === "missed" &&
    Number.isFinite(message["sampledOut"]) &&
    Number.isFinite(message["dropped"])
  );
}

function isSentError(error: unknown): error is SentError {
  return (
    isFields(error) &&
    typeof error["message"] === "string" &&
    typeof error["code"] === "string" &&
    typeof error["kind"] === "string" &&
    typeof error["retriable"] === "boolean" &&
    Number.isSafeInteger(error["exitCode"])
  );
}
