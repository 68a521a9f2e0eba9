import { clientDetector } from "../client-detector.ts";
import type { Detector } from "../detector.ts";

/** By the versions that Kafka 4 removed (KIP-896). */
export const oldProtocol: Detector = clientDetector({
  kind: "old-protocol",
  severity: "warning",
  advice:
    "Upgrade this client before the brokers: Kafka 4 refuses these versions. Java clients need 2.1 or later, librdkafka 1.9 or later.",
  summarize({ client: { oldVersions, software } }) {
    if (oldVersions.length === 0) return undefined;
    const by = software.length === 0 ? "" : `, by ${software.join(", ")}`;
    return `speaks ${oldVersions.join(", ")}${by}`;
  },
});
