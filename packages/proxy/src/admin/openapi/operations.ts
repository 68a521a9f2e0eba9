import type { z } from "zod";

import { tapQuery, windowQuery } from "../query.ts";
import * as status from "./status-schemas.ts";
import * as tap from "./tap-schemas.ts";
import * as view from "./view-schemas.ts";

/** Something that the admin server can be asked. */
export interface Operation {
  readonly method: "GET" | "POST";
  /** As in the table of routes. */
  readonly path: string;
  readonly summary: string;
  /** Answered without the token. @default false */
  readonly public?: true;
  readonly query?: z.ZodObject;
  /** What is posted. */
  readonly body?: z.ZodType;
  /** What it answers by status, beside what any operation may; null: no schema for it. */
  readonly answers: Readonly<Record<number, Answer>>;
  /** Of a stream: what each event says, by its name. */
  readonly events?: Readonly<Record<string, z.ZodType>>;
}

interface Answer {
  readonly contentType: string;
  readonly schema?: z.ZodType;
  /** What it may be instead. */
  readonly or?: Answer;
}

const plain: Answer = { contentType: "text/plain" };
const checks: Answer = { ...plain, or: { contentType: "application/json", schema: status.ready } };
const page: Answer = { contentType: "text/html" };
const stream: Answer = { contentType: "text/event-stream" };
const json = (schema?: z.ZodType): Answer => ({ contentType: "application/json", ...(schema && { schema }) });
const fault = json(status.fault);
const get = (path: string, summary: string, ok: Answer, more: Partial<Operation> = {}): Operation => {
  return { method: "GET", path, summary, answers: { 200: ok }, ...more };
};
const window = { query: windowQuery };
const open = { public: true } as const;

/** All of them: the table of routes of a proxy in which no part is left out. */
export const operations: readonly Operation[] = [
  get("/live", "Whether the process turns", plain, open),
  get("/ready", "Whether traffic should be sent here; with ?verbose, each check as JSON", checks, {
    ...open,
    answers: { 200: checks, 503: checks },
  }),
  get("/metrics", "Metrics, for Prometheus", plain),
  get("/version", "What runs", json(status.version)),
  get("/stacks", "The tiers of each listener, drawn", plain),
  get("/api/listeners", "Listeners, and connections of each", json(status.listeners)),
  get(
    "/api/stacks",
    "The tiers of each listener, and of the requests of its last connection",
    json(status.stacks),
  ),
  get("/api/clusters", "Brokers, and where clients find them", json(status.clusters)),
  get("/api/connections", "Connections of clients that are open", json(status.connections)),
  get("/api/traffic", "All that is known of the traffic", json(view.trafficView), window),
  get("/api/stats", "Figures of listeners, APIs, topics, clients and brokers", json(view.stats), window),
  get("/api/topology", "Who sends to whom", json(view.topology), window),
  get("/api/groups", "Consumer groups, and how far behind they are", json(view.groups), window),
  get(
    "/api/problems",
    "What is wrong with the traffic, and what to do about it",
    json(view.problems),
    window,
  ),
  get("/api/stream", "What /api/traffic answers, once a second", stream, {
    ...window,
    answers: { 200: stream, 503: fault },
    events: { traffic: view.trafficView },
  }),
  get("/api/tap", "Requests with their answers, as they pass", stream, {
    query: tapQuery,
    answers: { 200: stream, 429: fault, 503: fault },
    events: { event: tap.tapEvent, missed: tap.tapMissed },
  }),
  get("/api/openapi.json", "This document", json()),
  get("/ui/tables", "The traffic as tables, for browsers without scripts", page, window),
  get("/config", "The configuration in effect, without secrets", { contentType: "application/yaml" }),
  get("/config/schema", "What a configuration file may hold: a JSON Schema", json()),
  get("/api/loglevel", "The log level", json(status.logLevel)),
  get("/", "To the dashboard", plain, { ...open, answers: { 302: plain } }),
  get("/ui", "To the dashboard", plain, { ...open, answers: { 302: plain } }),
  get("/ui/", "The dashboard", page, open),
  get(
    "/ui/*",
    "A file of the dashboard",
    { contentType: "*/*" },
    { ...open, answers: { 200: { contentType: "*/*" }, 404: plain } },
  ),
  {
    method: "POST",
    path: "/api/reload",
    summary: "Reads the configuration again",
    answers: { 200: json(status.reloaded), 422: json(status.reloaded) },
  },
  {
    method: "POST",
    path: "/api/drain",
    summary: "Ends the process in order",
    answers: { 202: json(status.draining) },
  },
  {
    method: "POST",
    path: "/api/loglevel",
    summary: "Changes the log level",
    body: status.logLevel,
    answers: { 200: json(status.logLevel) },
  },
];
