import type { Alias } from "./alias.ts";

/**
 * What Hubble printed while it read Kafka. One response may be about many topics, so `topic` is
 * empty here; `error_code` is `0` for a response without a failure and `-1` for one with.
 */
export const hubble: readonly Alias[] = [
  {
    name: "hubble_kafka_requests_total",
    type: "counter",
    help: "Count of Kafka requests by topic.",
    from: "pagoda_responses_total",
    labels: ({ listener = "", api = "", classification }) => ({
      topic: "",
      api_key: api,
      error_code: classification === "failure" ? "-1" : "0",
      reporter: "proxy",
      source: "",
      destination: listener,
    }),
  },
  {
    name: "hubble_kafka_request_duration_seconds",
    type: "histogram",
    help: "Seconds from a Kafka request until its response.",
    from: "pagoda_request_duration_seconds",
    labels: ({ listener = "", api = "" }) => ({
      topic: "",
      api_key: api,
      reporter: "proxy",
      source: "",
      destination: listener,
    }),
  },
];
