import { concurrencyLimit, filter, stack } from "@pagoda/core";
import { bind, connect, formatEndpoint, parseEndpoint, serve } from "@pagoda/tcp";
import type { Connection, Endpoint, ListenerServing } from "@pagoda/tcp";

import { CommandCounts, countCommands } from "./count-commands.ts";
import { redisClient } from "./redis-client.ts";
import { RedisError } from "./redis.ts";
import type { RedisReply, RedisRequest } from "./redis.ts";
import { serveRedis } from "./serve-redis.ts";

/** Commands that empty, stop or reconfigure a server, or stop it from answering others. */
const dangerous: readonly string[] = ["CONFIG SET", "DEBUG", "FLUSHALL", "FLUSHDB", "KEYS", "SHUTDOWN"];

/** A proxy before one Redis, which counts commands and refuses the dangerous ones. */
export async function start(
  upstream: Endpoint,
  port = 0,
): Promise<ListenerServing & { readonly commands: CommandCounts }> {
  const commands = new CommandCounts();
  const redis = serveRedis((_, scope) =>
    stack<RedisRequest, RedisReply>()
      // Outermost: counts what the layer below refuses.
      .push(countCommands(commands))
      .push(filter({ allow: harmless, rule: "harmless" }))
      .service(redisClient((cx) => connect({ ...upstream, timeoutMs: 5_000 }, cx), scope)),
  );
  const proxy = stack<Connection, void>()
    .push(concurrencyLimit({ max: 1_000 }))
    .service(redis);
  return Object.assign(serve(await bind({ host: "127.0.0.1", port, name: "redis" }), proxy), { commands });
}

function harmless(request: RedisRequest): true | RedisError {
  const name = dangerous.find((one) => request.is(one));
  return name === undefined || new RedisError(`NOPERM ${name} is not allowed through this proxy`);
}

if (process.argv[1] === import.meta.filename) {
  const serving = await start(parseEndpoint(process.argv[2] ?? "localhost:6379"), 16_379);
  process.stdout.write(`serving ${formatEndpoint(serving.address)}\n`);
  process.once("SIGINT", () => {
    process.stdout.write(`${JSON.stringify(Object.fromEntries(serving.commands.counts))}\n`);
    process.exit();
  });
}
