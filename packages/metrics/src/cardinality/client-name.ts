/**
 * What a client is called, without what tells its instances apart: `orders-7d9f8b6c5d-x2k4p-3` and
 * `orders-58c6d7f9bb-qz9wl-1` are both `orders`.
 *
 * Taken off: the thread and role that Kafka Streams adds (`-StreamThread-1-consumer`,
 * `-GlobalStreamThread`), UUIDs wherever they are, and at the end the hashes of Kubernetes pods
 * and numbers after a dash. What has nothing else in its name is left with an empty string.
 */
export function clientName(clientId: string): string {
  let name = clientId.replace(streamsThread, "").replaceAll(uuids, "");
  for (;;) {
    const shorter = name.replace(podHash, "").replace(podSuffix, "").replace(number, "");
    if (shorter === name) return /^\d+$/u.test(name) ? "" : name;
    name = shorter;
  }
}

const streamsThread = /-(?:Global)?StreamThread(?:-.*)?$/u;
const uuids =
  /[-_.:]?(?<![0-9a-f])(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32})(?![0-9a-f])/giu;
/** `-HASH-xxxxx` of a Deployment's pod. Kubernetes leaves out vowels, so that no words come about. */
const podHash = /-[bcdfghjklmnpqrstvwxz2456789]{6,10}-[bcdfghjklmnpqrstvwxz2456789]{5}$/u;
/** `-xxxxx` of a DaemonSet's or Job's pod; only with a digit, for `-https` is a word after all. */
const podSuffix = /-(?=[a-z]{0,4}\d)[bcdfghjklmnpqrstvwxz2456789]{5}$/u;
const number = /-\d+$/u;
