import {
  ConsumerGroupHeartbeat,
  DeleteGroups,
  Heartbeat,
  JoinGroup,
  LeaveGroup,
  OffsetCommit,
  OffsetDelete,
  OffsetFetch,
  ShareGroupHeartbeat,
  SyncGroup,
  TxnOffsetCommit,
} from "@pagoda/kafka/protocol";
import type { ApiDefinition } from "@pagoda/kafka/protocol";

import { heartbeat, joined, left, synced } from "./classic.ts";
import { beat } from "./epochs.ts";
import type { GroupExchange } from "./group-exchange.ts";
import {
  committed,
  committedInTransaction,
  groupsDeleted,
  offsetsDeleted,
  offsetsFetched,
} from "./offsets.ts";

type Tell = (exchange: GroupExchange) => void;

/** Who is told of which API. Their messages are small and rare, next to Produce and Fetch. */
const listeners: ReadonlyMap<number, Tell> = new Map([
  on(JoinGroup, joined),
  on(SyncGroup, synced),
  on(Heartbeat, heartbeat),
  on(LeaveGroup, (exchange, request, answer) => left(exchange, exchange.request.apiVersion, request, answer)),
  on(ConsumerGroupHeartbeat, (exchange, request, answer) => beat(exchange, "consumer", request, answer)),
  on(ShareGroupHeartbeat, (exchange, request, answer) => beat(exchange, "share", request, answer)),
  on(OffsetCommit, committed),
  on(TxnOffsetCommit, committedInTransaction),
  on(OffsetFetch, (exchange, request, answer) =>
    offsetsFetched(exchange, exchange.request.apiVersion, request, answer),
  ),
  on(OffsetDelete, offsetsDeleted),
  on(DeleteGroups, (exchange, _, answer) => groupsDeleted(exchange, answer)),
]);

export function isGroupApi(apiKey: number): boolean {
  return listeners.has(apiKey);
}

/** @throws MalformedMessageError */
export function tellGroup(exchange: GroupExchange): void {
  listeners.get(exchange.request.apiKey)?.(exchange);
}

function on<Req, Res>(
  api: ApiDefinition<Req, Res>,
  tell: (exchange: GroupExchange, request: Req, answer: Res) => void,
): readonly [number, Tell] {
  return [
    api.key,
    (exchange) => {
      const { request, answer } = exchange;
      if (request.is(api) && answer.is(api)) tell(exchange, request.body, answer.body);
    },
  ];
}
