import type { Context } from "../context.ts";
import { ProxyError } from "../error.ts";
import { callable, milliseconds, whole } from "../options.ts";
import { service } from "../service.ts";
import type { GuardedService, Service } from "../service.ts";
import { Fleet } from "../parts/fleet.ts";
import type { Member } from "../parts/fleet.ts";
import { LinkedList } from "../parts/linked-list.ts";

export interface IdleCacheOptions<K, Req, Res> {
  /** Which service a request goes to. Compared as the keys of a `Map` are. */
  readonly key: (request: Req) => K;
  /** Makes the service of a key, synchronously: `lazy` or `reconnect` for one that takes time. */
  readonly make: (key: K) => Service<Req, Res>;
  /** Milliseconds without a call after which a service is disposed. Must be > 0. @default 60000 (1 min) */
  readonly idleMs?: number;
  /**
   * Services there may be. For one more, the one that is idle for longest is disposed; when none is
   * idle, the call fails with CACHE_FULL. A whole number >= 1.
   * @default 1024
   */
  readonly max?: number;
}

/** There are as many services as allowed, and all of them have calls under way. */
export class CacheFullError extends ProxyError {
  readonly code = "CACHE_FULL";
  readonly retriable = true;
  readonly kind = "overload";
  readonly max: number;
  constructor(max: number) {
    super(`all ${max} services are in use, and there is no room for another key`);
    this.max = max;
  }
}

interface Entry<K, Req, Res> {
  readonly key: K;
  readonly member: Member<Req, Res>;
  idleSinceMs: number;
  /** Takes it out of the idle ones. Does nothing when it is in use. */
  use: () => void;
}

/**
 * A service per key (broker, target, tenant), made by the first call and disposed some time after
 * the last. It stands on the ground of a stack, `.service(idleCache({ ... }))`.
 *
 * A service that says it is closed is replaced by the next call for its key.
 */
export function idleCache<K, Req, Res>(options: IdleCacheOptions<K, Req, Res>): GuardedService<Req, Res> {
  const keyOf = callable("key", options.key);
  const make = callable("make", options.make);
  const idleMs = milliseconds("idleMs", options.idleMs ?? 60_000);
  const max = whole("max", options.max ?? 1024, 1);

  type CacheEntry = Entry<K, Req, Res>;
  const fleet = new Fleet<Req, Res>();
  const entries = new Map<K, CacheEntry>();
  // In the order they became idle: who is first has been so for longest.
  const idle = new LinkedList<CacheEntry>();
  let timer: NodeJS.Timeout | undefined;

  const drop = (entry: CacheEntry): void => {
    entry.use();
    entries.delete(entry.key);
    fleet.retire(entry.member);
  };

  const obtain = (key: K): CacheEntry => {
    const known = entries.get(key);
    if (known !== undefined) {
      if (known.member.service.status() !== "closed") return known;
      drop(known);
    }
    if (entries.size >= max) {
      if (idle.first === undefined) throw new CacheFullError(max);
      drop(idle.first);
    }
    const entry: CacheEntry = { key, member: fleet.add(make(key)), idleSinceMs: 0, use: () => {} };
    entries.set(key, entry);
    return entry;
  };

  const dropIdle = (): void => {
    const now = performance.now();
    let first = idle.first;
    for (; first !== undefined && first.idleSinceMs + idleMs <= now; first = idle.first) drop(first);
    timer = first && setTimeout(dropIdle, Math.ceil(first.idleSinceMs + idleMs - now)).unref();
  };

  const rest = (entry: CacheEntry): void => {
    if (entry.member.calls > 0 || entries.get(entry.key) !== entry) return;
    entry.idleSinceMs = performance.now();
    entry.use = idle.push(entry);
    // One timer for all: it looks at who is first when it fires, not at every call.
    timer ??= setTimeout(dropIdle, idleMs).unref();
  };

  const call = async (request: Req, cx: Context): Promise<Res> => {
    cx.throwIfCancelled();
    const entry = obtain(keyOf(request));
    entry.use();
    entry.member.enter();
    try {
      return await entry.member.service.call(request, cx);
    } finally {
      entry.member.leave();
      rest(entry);
    }
  };

  return service(call, {
    name: "idleCache",
    dispose: () => {
      entries.clear();
      clearTimeout(timer);
      return fleet.dispose();
    },
  });
}
