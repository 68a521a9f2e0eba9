import { saslMechanisms } from "../model.ts";
import { either, listOf, mapping } from "./collections.ts";
import { durationText, endpointsText, endpointText, flag, oneOf, text } from "./scalars.ts";
import type { Schema } from "./scalars.ts";
import { upstreamTlsSchema } from "./upstream-tls.ts";
import type { UpstreamTlsSource } from "./upstream-tls.ts";

/** A Kafka cluster, as `clusters` of a configuration says it. */
export interface ClusterSource {
  bootstrap: string | readonly string[];
  tls?: boolean | UpstreamTlsSource | undefined;
  sasl?: SaslSource | undefined;
  connectTimeout?: string | undefined;
}

/** How the proxy itself logs in to the brokers. */
export interface SaslSource {
  mechanism: (typeof saslMechanisms)[number];
  username: string;
  password: string;
  allowPlaintext?: boolean | undefined;
}

export const clusterSchema: Schema<ClusterSource> = mapping({
  bootstrap: either("HOST:PORT, or a list of them", [
    endpointsText(),
    listOf(endpointText(), "HOST:PORT", 1),
  ]).describe("brokers to begin with; the others are learnt from what they answer"),
  tls: upstreamTlsSchema.optional().describe("speak TLS to the brokers"),
  sasl: mapping({
    mechanism: oneOf(saslMechanisms).describe("how the password is proven"),
    username: text("a text").describe("who the proxy is to the brokers"),
    password: text("a text").describe("secret: take it from ${file:...} or ${NAME}"),
    allowPlaintext: flag()
      .optional()
      .describe("let PLAIN send the password over a connection without TLS; default false"),
  })
    .optional()
    .describe("log in to the brokers as the proxy; default: clients log in themselves"),
  connectTimeout: durationText()
    .optional()
    .describe("to open a connection, TLS and login included; default 10s"),
});
