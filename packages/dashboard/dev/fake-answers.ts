/** What does not change, by path. */
export const fakeAnswers: Readonly<Record<string, object | string>> = {
  "/version": { version: "0.1.0", commit: "1a2b3c4", kafkaProtocol: "4.3", node: "24.21.0" },
  "/ready": { ready: true, checks: [{ name: "drain", ok: true }] },
  "/api/listeners": {
    listeners: [{ name: "main", address: "127.0.0.1:19092", state: "serving", connections: 2 }],
  },
  "/api/clusters": {
    clusters: [
      {
        name: "prod",
        listener: "main",
        clusterId: "lkc-8x2k1",
        controller: 2,
        bootstrap: ["kafka-0:9092", "kafka-1:9092"],
        brokers: [1, 2, 3].map((nodeId) => ({
          nodeId,
          upstream: `kafka-${nodeId - 1}:9092`,
          rack: `zone-${nodeId}`,
          advertised: `kafka.local:${19_092 + nodeId}`,
        })),
      },
    ],
  },
  "/api/connections": {
    total: 12,
    connections: Array.from({ length: 12 }, (_, n) => ({
      id: String(n + 1),
      listener: "main",
      client: n % 2 === 0 ? "checkout" : "legacy-etl",
      software: "apache-kafka-java/4.3.1",
      principal: n % 2 === 0 ? "User:checkout" : null,
      tls: n % 2 === 0,
      source: `10.4.0.${16 + n}:4680${n % 10}`,
      node: String((n % 3) + 1),
      openedAt: Date.now() - n * 400_000,
      requests: 41_000 * n,
    })),
  },
  "/api/stacks": [
    {
      listener: "main",
      tiers: [
        { name: "connectionLimit" },
        { name: "metrics" },
        {
          name: "perConnection",
          builds: [
            { name: "requestMetrics" },
            { name: "trace" },
            { name: "policy" },
            { name: "route", to: [{ name: "mirror" }] },
            { name: "rateLimit" },
            { name: "timeout" },
          ],
        },
      ],
    },
  ],
  "/config": `clusters:
  prod:
    bootstrap:
      - kafka-0:9092
      - kafka-1:9092
    sasl:
      mechanism: SCRAM-SHA-512
      password: "•••"
# what follows is served
listeners:
  - name: main
    bind: 0.0.0.0:19092
    protocol: kafka
admin:
  bind: 127.0.0.1:9190
  allowWrites: false
`,
};
