import type { Alias } from "./alias.ts";

/** What kprf prints, as far as there is something to tell. */
export const kprf: readonly Alias[] = [
  {
    name: "kprf_app_metadata",
    type: "gauge",
    help: "Version and commit of this process.",
    from: "pagoda_build_info",
    labels: ({ version = "", commit = "" }) => ({ version, commit_hash: commit }),
  },
];

/** Families of kprf that tell of an HTTP gateway, which this proxy does not have yet. */
export const pendingKprf: readonly string[] = [
  "http_requests_duration",
  "kafka_internal_queue_size",
  "kafka_message_send_duration",
  "kafka_sent_messages",
  "kafka_errors_count",
  "ratelimit_messages_count",
  "kafka_producer_*",
];
