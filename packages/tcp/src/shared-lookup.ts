import { AsyncResource } from "node:async_hooks";
import { lookup as systemLookup } from "node:dns";
import type { LookupFunction } from "node:net";

type Answer = Parameters<LookupFunction>[2];

/**
 * A resolver that asks for a name once, however many want to know it at the same time. The one of the
 * system takes four names at a time, each for as long as a server of names is silent: without this,
 * clients that reconnect all wait for the same few brokers one after the other, and so does whatever
 * else has to be resolved. Nothing is kept once it is answered.
 *
 * @param lookup as `dns.lookup`, which it is by default
 */
export function sharedLookup(lookup: LookupFunction = systemLookup): LookupFunction {
  const asked = new Map<string, Answer[]>();

  return (name, options, answer) => {
    const { family = 0, hints = 0, all = false, order, verbatim } = options;
    const key = JSON.stringify([name, family, hints, all, order, verbatim]);
    // Each goes on with its own AsyncLocalStorage.
    const bound = AsyncResource.bind(answer);
    const waiting = asked.get(key);
    if (waiting !== undefined) {
      waiting.push(bound);
      return;
    }
    const answers = [bound];
    asked.set(key, answers);
    lookup(name, options, (...result) => {
      asked.delete(key);
      for (const each of answers) process.nextTick(each, ...result);
    });
  };
}
