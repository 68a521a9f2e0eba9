import { layer } from "@pagoda/core";
import type { Context, Scope, Service } from "@pagoda/core";
import type { Connection } from "@pagoda/tcp";

import type { MessageReader } from "./pipeline.ts";
import { pipelineClient } from "./pipeline-client.ts";
import { RedisError, RedisReply } from "./redis.ts";
import type { RedisRequest } from "./redis.ts";
import { RespError, RespSplitter } from "./resp-splitter.ts";

export interface RedisClientOptions {
  /** Largest reply, in bytes. A bigger one ends the connection. @default 536870912 (512 MiB) */
  readonly maxReplyBytes?: number;
}

/** Commands that have no reply, or many, or after which replies come unasked. */
const unpaired: readonly string[] = [
  "SUBSCRIBE",
  "PSUBSCRIBE",
  "SSUBSCRIBE",
  "UNSUBSCRIBE",
  "PUNSUBSCRIBE",
  "SUNSUBSCRIBE",
  "MONITOR",
  "SYNC",
  "PSYNC",
  "REPLCONF",
  "CLIENT REPLY",
  "CLIENT TRACKING",
];

/**
 * The service on the ground of a Redis stack: sends commands over one connection to a server, and
 * matches the replies by their order. What has not one reply is refused, or the order would be lost.
 */
export function redisClient(
  connect: (cx: Context) => Promise<Connection>,
  scope: Scope,
  { maxReplyBytes = 536_870_912 }: RedisClientOptions = {},
): Service<RedisRequest, RedisReply> {
  const client = pipelineClient<RedisRequest, RedisReply>({
    name: "redisClient",
    connect,
    scope,
    reader: () => replies(new RespSplitter({ maxBytes: maxReplyBytes, maxValues: maxReplyBytes })),
    encode: ({ bytes }) => bytes,
  });
  return paired(client);
}

const paired = layer<RedisRequest, RedisReply>("redisClient", (inner) => (request, cx) => {
  if (unpaired.some((name) => request.is(name))) {
    throw new RedisError(`ERR ${request.command} does not go through this proxy`);
  }
  return inner.call(request, cx);
});

function replies(splitter: RespSplitter): MessageReader<RedisReply> {
  return {
    push: (chunk) => splitter.push(chunk),
    next: () => {
      const bytes = splitter.next();
      if (bytes === undefined) return undefined;
      const reply = new RedisReply(bytes);
      if (reply.isPush) throw new RespError("the server sent a push message that nobody asked for");
      return reply;
    },
    end: () => splitter.end(),
  };
}
