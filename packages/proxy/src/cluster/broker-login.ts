import { plain, scram } from "@pagoda/kafka";
import type { BeginSasl } from "@pagoda/kafka";

import type { UpstreamSasl } from "../config/model.ts";

/** How the proxy logs in to the brokers of a cluster. One for all its connections. */
export function brokerLogin({ mechanism, username, password }: UpstreamSasl): BeginSasl {
  switch (mechanism) {
    case "PLAIN":
      return plain({ username, password });
    case "SCRAM-SHA-256":
      return scram({ hash: "SHA-256", username, password });
    case "SCRAM-SHA-512":
      return scram({ hash: "SHA-512", username, password });
    default:
      return mechanism satisfies never;
  }
}
