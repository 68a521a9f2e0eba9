import { InitProducerId } from "../../protocol/generated/init-producer-id.ts";
import { codeOf, serveApi } from "../handler.ts";
import type { ServedApi } from "../handler.ts";

/** Gives out producer ids. Version 6 may still change (KIP-939). */
export const initProducerId: ServedApi = serveApi(InitProducerId, [0, 5], ({ cluster, request }) => {
  // There are no transactions here, and no coordinator for them.
  if (request.transactionalId !== null) {
    return { errorCode: codeOf("INVALID_REQUEST"), producerId: -1n, producerEpoch: -1 };
  }
  return { producerId: cluster.nextProducerId(), producerEpoch: 0 };
});
