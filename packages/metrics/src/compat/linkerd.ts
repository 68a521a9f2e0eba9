import type { Alias } from "./alias.ts";

const closedWell = new Set(["peer_closed", "idle_timeout", "drain"]);

/**
 * What Linkerd's proxy prints. It knows two classifications: an error that clients retry by
 * themselves is no failure, as in ours, and Produce without acks has no response.
 */
export const linkerd: readonly Alias[] = [
  {
    name: "tcp_open_total",
    type: "counter",
    help: "Total count of opened connections.",
    from: "pagoda_tcp_open_total",
    labels: ({ direction = "", peer = "", tls = "" }) => ({ direction, peer, tls }),
  },
  {
    name: "tcp_close_total",
    type: "counter",
    help: "Total count of closed connections.",
    from: "pagoda_tcp_close_total",
    labels: ({ direction = "", peer = "", tls = "", cause = "" }) => ({
      direction,
      peer,
      tls,
      classification: closedWell.has(cause) ? "success" : "failure",
    }),
  },
  {
    name: "tcp_open_connections",
    type: "gauge",
    help: "Number of currently open connections.",
    from: "pagoda_tcp_open_connections",
    labels: ({ direction = "", peer = "", tls = "" }) => ({ direction, peer, tls }),
  },
  {
    name: "tcp_read_bytes_total",
    type: "counter",
    help: "Total count of bytes read from peers.",
    from: "pagoda_tcp_read_bytes_total",
    labels: ({ direction = "", peer = "", tls = "" }) => ({ direction, peer, tls }),
  },
  {
    name: "tcp_write_bytes_total",
    type: "counter",
    help: "Total count of bytes written to peers.",
    from: "pagoda_tcp_write_bytes_total",
    labels: ({ direction = "", peer = "", tls = "" }) => ({ direction, peer, tls }),
  },
  {
    name: "request_total",
    type: "counter",
    help: "Total count of requests.",
    from: "pagoda_requests_total",
    labels: ({ listener, direction = "" }, tlsOf) => ({ direction, tls: tlsOf(listener) }),
  },
  {
    name: "response_total",
    type: "counter",
    help: "Total count of responses.",
    from: "pagoda_responses_total",
    labels: ({ listener, direction = "", classification }, tlsOf) =>
      classification === "none"
        ? undefined
        : {
            direction,
            tls: tlsOf(listener),
            classification: classification === "failure" ? "failure" : "success",
          },
  },
  {
    name: "response_latency_ms",
    type: "histogram",
    help: "Elapsed milliseconds from a request until its response.",
    from: "pagoda_request_duration_seconds",
    labels: ({ direction = "" }) => ({ direction }),
    scale: 1_000,
  },
];
