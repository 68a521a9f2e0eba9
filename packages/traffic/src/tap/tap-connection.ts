import type { KafkaSession, TopicIds } from "@pagoda/kafka";
import type { Connection } from "@pagoda/tcp";

/** A client's connection, as far as a tap reads it. */
export interface TapConnection {
  readonly connection: Pick<Connection, "id" | "listener" | "remote" | "tls">;
  readonly session: Pick<KafkaSession, "clientId" | "software" | "principal">;
  /** Names of the topics that newer requests have ids of. @default none: they are shown by their ids */
  readonly topicIds?: Pick<TopicIds, "nameOf">;
  /** The broker that the connection is for: its node id, `bootstrap` before one is known. */
  readonly nodeId: () => string;
}
