import { service } from "@pagoda/core";
import type { GuardedService } from "@pagoda/core";

import { RedisError, RedisReply } from "./redis.ts";
import type { RedisRequest } from "./redis.ts";

/** Keys kept at most; one more is refused. */
const maxKeys = 10_000;

/** The least of a Redis, in memory: for tests, where there is none. Transactions and expiry are not there. */
export function memoryRedis(): GuardedService<RedisRequest, RedisReply> {
  const values = new Map<string, Uint8Array>();
  const nameOf = (key: Uint8Array | undefined): string => Buffer.from(key ?? []).toString("latin1");

  return service(
    async ({ command, args: [, key, value] }: RedisRequest) => {
      switch (command) {
        case "PING":
          return RedisReply.of(key ?? "PONG");
        case "ECHO":
          return RedisReply.of(key ?? null);
        case "SET":
          if (values.size >= maxKeys) throw new RedisError("OOM too many keys");
          values.set(nameOf(key), Uint8Array.from(value ?? []));
          return RedisReply.of("OK");
        case "GET":
          return RedisReply.of(values.get(nameOf(key)) ?? null);
        case "DEL":
          return RedisReply.of(BigInt(values.delete(nameOf(key))));
        case "FLUSHALL":
          values.clear();
          return RedisReply.of("OK");
        case "QUIT":
          return RedisReply.of("OK");
        default:
          throw new RedisError(`ERR unknown command '${command}'`);
      }
    },
    { name: "memoryRedis" },
  );
}
