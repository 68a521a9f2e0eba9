import type { Alias } from "./alias.ts";

/**
 * What grepplabs' kafka-proxy prints. `broker` is our node id, and empty for what we do not count
 * per broker; `api_key` is the name of the API. Logins at the proxy itself are not told.
 */
export const grepplabs: readonly Alias[] = [
  {
    name: "proxy_connections_total",
    type: "counter",
    help: "Total count of connections to brokers.",
    from: "pagoda_upstream_connect_duration_seconds",
    labels: ({ node_id: broker = "" }) => ({ broker }),
    countOnly: true,
  },
  {
    name: "proxy_opened_connections",
    type: "gauge",
    help: "Number of connections to brokers that are open.",
    from: "pagoda_tcp_open_connections",
    labels: ({ peer }) => (peer === "dst" ? { broker: "" } : undefined),
  },
  {
    name: "proxy_requests_total",
    type: "counter",
    help: "Total count of requests.",
    from: "pagoda_requests_total",
    labels: ({ node_id: broker = "", api = "", api_version = "" }) => ({ broker, api_key: api, api_version }),
  },
  {
    name: "proxy_requests_bytes",
    type: "counter",
    help: "Size of requests in bytes.",
    from: "pagoda_request_size_bytes",
    labels: () => ({ broker: "" }),
    sumOnly: true,
  },
  {
    name: "proxy_responses_bytes",
    type: "counter",
    help: "Size of responses in bytes.",
    from: "pagoda_response_size_bytes",
    labels: () => ({ broker: "" }),
    sumOnly: true,
  },
];
