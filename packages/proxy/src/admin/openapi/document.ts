import { z } from "zod";

import { buildInfo } from "../../version.ts";
import { operations } from "./operations.ts";
import type { Operation } from "./operations.ts";
import * as row from "./row-schemas.ts";
import { groupRow } from "./group-schema.ts";
import * as status from "./status-schemas.ts";
import * as tap from "./tap-schemas.ts";
import { trafficView } from "./view-schemas.ts";

type Json = Record<string, unknown>;

/** Schemas that have names in the document. */
const named: Readonly<Record<string, z.ZodType>> = {
  TrafficView: trafficView,
  ListenerRow: row.listenerRow,
  ApiRow: row.apiRow,
  TopicRow: row.topicRow,
  ClientRow: row.clientRow,
  GroupRow: groupRow,
  BrokerRow: row.brokerRow,
  EdgeRow: row.edgeRow,
  Problem: row.problem,
  Latency: row.latency,
  Lag: row.lag,
  TapEvent: tap.tapEvent,
  Tier: status.tier,
  Fault: status.fault,
};

/** What the admin server can be asked and what it answers: OpenAPI 3.1. */
export function openApi(): object {
  const paths: Record<string, Json> = {};
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  const inline = new Map<z.ZodType, string>();
  const ref = (schema: z.ZodType): Json => {
    const known = registry.get(schema)?.id ?? inline.get(schema);
    if (known !== undefined) return { $ref: reference(known) };
    const id = `Answer${inline.size + 1}`;
    inline.set(schema, id);
    registry.add(schema, { id });
    return { $ref: reference(id) };
  };
  for (const operation of operations) {
    const path = operation.path.replace(/\*$/, "{file}");
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: described(operation, ref) };
  }
  const { schemas } = z.toJSONSchema(registry, { uri: reference, target: "draft-2020-12" });
  return {
    openapi: "3.1.0",
    info: {
      title: "Admin server of Pagoda",
      version: buildInfo().version,
      description:
        "GET (and HEAD) reads and changes nothing. Faults below /api/ are JSON, elsewhere a line of text. " +
        "Any other path is answered 404, any other method 405 with `Allow`.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "http://127.0.0.1:9190" }],
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, bare(schema)])),
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "admin.token, where it is set" },
      },
    },
  };
}

function reference(id: string): string {
  return `#/components/schemas/${id}`;
}

/** Without what says that it is a document of its own. */
function bare(schema: Json): Json {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== "$id" && key !== "$schema"));
}

function described(operation: Operation, ref: (schema: z.ZodType) => Json): Json {
  const { summary, path, query, body, answers, events } = operation;
  const isApi = path.startsWith("/api/");
  const faults = faultsOf(operation).filter((code) => !(code in answers));
  const all: [number, Json][] = [
    ...Object.entries(answers).map(([code, answer]): [number, Json] => {
      const more = events && Number(code) === 200 ? { "x-events": mapped(events, ref) } : {};
      const forms = [answer, ...(answer.or ? [answer.or] : [])].map(({ contentType, schema }) => [
        contentType,
        schema === undefined ? {} : { schema: ref(schema) },
      ]);
      const description = meanings[Number(code)] ?? summary;
      return [Number(code), { description, content: Object.fromEntries(forms) as Json, ...more }];
    }),
    ...faults.map((code): [number, Json] => {
      const content = isApi ? { "application/json": { schema: ref(status.fault) } } : { "text/plain": {} };
      return [code, { description: meanings[code], content }];
    }),
  ];
  const parameters = [...(path.endsWith("*") ? [fileParameter] : []), ...(query ? parametersOf(query) : [])];
  return {
    summary,
    security: operation.public === true ? [] : [{ token: [] }, {}],
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: { "application/json": { schema: ref(body) } } } }),
    responses: Object.fromEntries(all.toSorted(([a], [b]) => a - b)),
  };
}

function mapped(events: Readonly<Record<string, z.ZodType>>, ref: (schema: z.ZodType) => Json): Json {
  return Object.fromEntries(Object.entries(events).map(([event, schema]) => [event, ref(schema)]));
}

/** What any operation may be answered. */
function faultsOf({ method, public: open, query }: Operation): readonly number[] {
  const writes = method === "POST" ? [400, 403, 413, 415] : [];
  return [...(query ? [400] : []), ...writes, ...(open === true ? [] : [401]), 421, 500];
}

const meanings: Readonly<Record<number, string>> = {
  302: "Elsewhere",
  400: "What was asked or posted is wrong; the message names it",
  401: "The token is missing, or another",
  403: "Nothing may be changed here, or not from this origin",
  404: "There is no such thing",
  413: "More was posted than is read",
  415: "What was posted is not said to be JSON",
  421: "The Host is not one that this server goes by",
  422: "The configuration was rejected",
  429: "There are as many taps as may be",
  500: "A defect; the log has it",
  503: "Not now: not ready, draining, or as many streams as may be",
};

const fileParameter = { name: "file", in: "path", required: true, schema: { type: "string" } };

function parametersOf(query: z.ZodObject): readonly Json[] {
  const { properties = {} } = z.toJSONSchema(query);
  return Object.entries(properties).map(([name, schema]) => {
    const { description, ...form } = schema as Json;
    return {
      name,
      in: "query",
      required: false,
      ...(description !== undefined && { description }),
      schema: form,
    };
  });
}
