import { Fetch } from "../protocol/generated/fetch.ts";
import { JoinGroup } from "../protocol/generated/join-group.ts";
import { ShareFetch } from "../protocol/generated/share-fetch.ts";
import { SyncGroup } from "../protocol/generated/sync-group.ts";
import type { KafkaRequest } from "../request.ts";
import { unlessUnreadable } from "./unless-unreadable.ts";
import { untouchedBody } from "./untouched-body.ts";

/** From this version of Fetch on the wait is first, before behind the replica's id (KIP-903). */
const waitFirstFrom = 15;

/**
 * Milliseconds that a request asks the broker to wait: `MaxWaitMs` of Fetch and ShareFetch, which is
 * `fetch.max.wait.ms` of the client, 0 for others. JoinGroup and SyncGroup take `Infinity`: brokers answer
 * them when all members of the group have come, and bound that themselves. For {@link timeout}:
 *
 * ```ts
 * timeout({ timeoutMs: 30_000, waitMs: waitMsOf })
 * ```
 */
export function waitMsOf(request: KafkaRequest): number {
  const { apiKey } = request;
  if (apiKey === JoinGroup.key || apiKey === SyncGroup.key) return Infinity;
  if (apiKey !== Fetch.key && apiKey !== ShareFetch.key) return 0;
  try {
    return Math.max(0, request.is(Fetch) ? fetchWaitMs(request) : decodedWaitMs(request));
  } catch (error) {
    // A body that is none is the broker's to refuse.
    unlessUnreadable(error);
    return 0;
  }
}

function fetchWaitMs(request: KafkaRequest): number {
  const body = untouchedBody(request);
  const offset = request.apiVersion >= waitFirstFrom ? 0 : 4;
  if (body === undefined || body.length < offset + 4) return decodedWaitMs(request);
  return new DataView(body.buffer, body.byteOffset).getInt32(offset);
}

function decodedWaitMs(request: KafkaRequest): number {
  if (!request.whole) return 0;
  return request.is(Fetch) || request.is(ShareFetch) ? request.body.maxWaitMs : 0;
}
