import { messageOf } from "@pagoda/core";
import type { Drain, GuardedService, Scope, Service } from "@pagoda/core";
import type { Connection } from "@pagoda/tcp";

import type { MessageReader } from "./pipeline.ts";
import { RedisError, RedisReply, RedisRequest } from "./redis.ts";
import { RespSplitter } from "./resp-splitter.ts";
import { servePipeline } from "./serve-pipeline.ts";

export interface ServeRedisOptions {
  /** Largest command, in bytes. A bigger one ends the connection. @default 67108864 (64 MiB) */
  readonly maxRequestBytes?: number;
  /** See `servePipeline`. @default none */
  readonly drain?: Drain;
}

/**
 * Speaks RESP with a client: each command goes to a service that was built for the connection, and
 * the replies go back in the order of the commands. What a layer throws, the client is told.
 */
export function serveRedis(
  build: (connection: Connection, scope: Scope) => Service<RedisRequest, RedisReply>,
  { maxRequestBytes = 67_108_864, drain }: ServeRedisOptions = {},
): GuardedService<Connection, void> {
  return servePipeline({
    name: "serveRedis",
    build,
    drain,
    reader: () => requests(new RespSplitter({ maxBytes: maxRequestBytes })),
    bytesOf: ({ bytes }) => bytes.length,
    encode: ({ bytes }) => bytes,
    encodeError: (error, request) => errorReply(error, request).bytes,
    isLast: (request) => request.command === "QUIT",
  });
}

function requests(splitter: RespSplitter): MessageReader<RedisRequest> {
  return {
    push: (chunk) => splitter.push(chunk),
    next: () => {
      for (let bytes = splitter.next(); bytes !== undefined; bytes = splitter.next()) {
        const request = RedisRequest.read(bytes);
        if (request !== undefined) return request;
      }
      return undefined;
    },
    end: () => splitter.end(),
  };
}

function errorReply(error: unknown, request: RedisRequest | undefined): RedisReply {
  if (error instanceof RedisError) return RedisReply.of({ error: error.message });
  const what = request === undefined ? "Protocol error: " : "";
  return RedisReply.of({ error: `ERR ${what}${messageOf(error)}` });
}
