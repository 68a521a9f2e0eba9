import { describe, expect, it } from "vitest";

import { produceEvent } from "../../test/tap-events.ts";
import type { TapEvent } from "../view/tap-event.ts";
import { diagramFormats, drawDiagram } from "./draw-diagram.ts";

const one = (partition: number, records = 118) => [
  { topic: "orders", partitions: [{ partition, records, bytes: 9_600, codec: "zstd" }] },
];

const refused = produceEvent({ id: "7:1841", correlationId: 1_841, broker: "2", topics: one(3) });
const metadata: TapEvent = {
  ...produceEvent({
    api: "Metadata",
    apiVersion: 12,
    at: 1_000_040,
    errors: [],
    latencyMs: 2,
    brokerMs: 1.5,
  }),
  broker: "2",
  topics: [{ topic: "orders", partitions: [] }],
};
delete (metadata as { acks?: number }).acks;
const again = produceEvent({
  id: "9:1843",
  correlationId: 1_843,
  at: 1_000_131.1,
  broker: "3",
  topics: one(3),
  errors: [],
});

const cases: Readonly<Record<string, readonly TapEvent[]>> = {
  normal: [produceEvent({ topics: one(3), errors: [] })],
  "error and retry at another broker": [again, refused, metadata],
  "error alone": [refused],
  "short circuit": [
    produceEvent({
      topics: one(3),
      answeredBy: "rateLimit",
      brokerMs: null,
      sentAfterMs: null,
      latencyMs: 0.2,
      errors: [{ error: "POLICY_VIOLATION", where: "orders/3" }],
    }),
  ],
  "acks=0": [
    produceEvent({ topics: one(3), acks: 0, errors: [], noAnswer: "none", latencyMs: null, brokerMs: null }),
  ],
  "no answer": [
    produceEvent({
      topics: one(3),
      errors: [],
      noAnswer: "CONNECTION_CLOSED",
      latencyMs: null,
      brokerMs: null,
    }),
  ],
  "several clients and brokers": ["1", "2", "3", "4", "bootstrap"].map((broker, n) =>
    produceEvent({
      id: `${n}:${n}`,
      correlationId: n,
      client: n < 3 ? "checkout" : `client-${n}`,
      software: null,
      at: 1_000_000 + n * 10,
      broker,
      topics: one(n),
      errors: [],
    }),
  ),
  "hostile names": [
    produceEvent({
      client: 'end; <script>alert("1")</script> %% #35; \u001b[2J\n  B->>C: "x"\u202e',
      software: "a]]>&amp;/1",
      listener: "main",
      topics: one(3),
      errors: [],
    }),
  ],
  empty: [],
};

describe.each(Object.entries(cases))("a diagram of %s", (name, events) => {
  it.each(diagramFormats)("as %s", async (format) => {
    const file = `./golden/${name.replaceAll(/[ =]/g, "-")}.${format === "ascii" ? "txt" : format}`;
    await expect(drawDiagram(events, format)).toMatchFileSnapshot(file);
  });
});

describe("drawDiagram", () => {
  it.each([40, 60, 80, 120])("keeps within %i characters", (width) => {
    for (const events of Object.values(cases)) {
      const text = drawDiagram(events, "ascii", { width });
      expect(Math.max(...text.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(width);
      expect(text).toMatch(/^[ -~\n]*$/);
    }
  });

  it("lets no name out of its place", () => {
    const hostile = cases["hostile names"] ?? [];
    const mermaid = drawDiagram(hostile, "mermaid");
    expect(mermaid.split("\n")).toHaveLength(
      drawDiagram(cases["normal"] ?? [], "mermaid").split("\n").length,
    );
    const label = mermaid.split("\n").find((line) => line.includes(" as #"));
    expect(label).not.toMatch(/[<>"'%{}\\]|;(?<!#\d+;)|\bend\b/);
    const svg = drawDiagram(hostile, "svg");
    expect(svg).not.toContain("<script");
    expect(svg.match(/<text/g)).toHaveLength(
      drawDiagram(cases["normal"] ?? [], "svg").match(/<text/g)?.length ?? 0,
    );
  });
});
