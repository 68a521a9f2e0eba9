import type { MemoryCluster } from "@pagoda/kafka/testing";
import { interval } from "rxjs";
import type { Subscription } from "rxjs";

/**
 * Has a broker say now and then, to one producer, that it leads a partition no more: the producer asks
 * for metadata and tries again, as after a broker that was restarted.
 * @param everyMs milliseconds from one to the next
 */
export function refuseProducers(cluster: Pick<MemoryCluster, "fail">, everyMs: number): Subscription {
  return interval(everyMs).subscribe(() => {
    cluster.fail({ api: "Produce", error: "NOT_LEADER_OR_FOLLOWER" });
  });
}
