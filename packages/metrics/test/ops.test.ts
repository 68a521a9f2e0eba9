import { parser } from "@prometheus-io/lezer-promql";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

import { parseOpenMetrics } from "./open-metrics.ts";

const families = parseOpenMetrics(readFileSync(new URL("metrics.mock.om", import.meta.url), "utf8"));
const root = new URL("../../../ops/", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { readonly alert: string; readonly expr: string }[];
  }[];
}
interface RuleTests {
  readonly tests: readonly {
    readonly alert_rule_test: readonly {
      readonly alertname: string;
      readonly exp_alerts: readonly object[];
    }[];
  }[];
}
interface Dashboard {
  readonly panels: readonly {
    readonly type: string;
    readonly title: string;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
}

const rules = (parse(read("prometheus/rules.yaml")) as Rules).groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(read("grafana/pagoda.json")) as Dashboard;
const panels = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => ({ title, expr: expr.replaceAll("$__rate_interval", "5m") })),
);
/** Families that Prometheus or prom-client make, and the labels used of them. */
const foreign = new Map([
  ["up", ["job"]],
  ["nodejs_eventloop_lag_p99_seconds", []],
  ["nodejs_heap_size_used_bytes", []],
  ["nodejs_gc_duration_seconds_sum", ["kind"]],
]);

/** What is wrong with an expression, held against the target page. */
function faultsOf(expr: string): readonly string[] {
  const faults: string[] = [];
  const text = ({ from, to }: { from: number; to: number }): string => expr.slice(from, to);
  const labels = new Set<string>();
  const allowed = new Set<string>();
  const stack: string[] = [];
  parser.parse(expr).iterate({
    enter: (node) => {
      if (node.type.isError) faults.push(`does not parse at ${node.from}`);
      if (node.name === "FunctionCall") stack.push(/^\w+/u.exec(text(node))?.[0] ?? "");
      if (node.name === "LabelName") labels.add(text(node));
      if (node.name !== "VectorSelector") return;
      const name = /^\w+/u.exec(text(node))?.[0] ?? "";
      const known = foreign.get(name) ?? labelsOf(name, stack, faults);
      for (const label of known) allowed.add(label);
    },
    leave: (node) => {
      if (node.name === "FunctionCall") stack.pop();
    },
  });
  for (const label of labels) if (!allowed.has(label)) faults.push(`no label ${label}`);
  return faults;
}

function labelsOf(sample: string, inside: readonly string[], faults: string[]): readonly string[] {
  const family = [...families.values()].find(({ samples }) => samples.some(({ name }) => name === sample));
  if (family === undefined) {
    faults.push(`no metric ${sample}`);
    return [];
  }
  const grows = family.type === "counter" || /_(?:bucket|count|sum)$/u.test(sample);
  if (inside.some((name) => name === "rate" || name === "increase") !== grows)
    faults.push(`${sample} is a ${family.type}`);
  if (inside.includes("histogram_quantile") !== sample.endsWith("_bucket"))
    faults.push(`histogram_quantile and ${sample}`);
  return sample.endsWith("_bucket") ? [...family.labels, "le"] : family.labels;
}

describe("the check of expressions", () => {
  it.each([
    ["rate(pagoda_requests_total[5m]", "does not parse"],
    ["rate(pagoda_nothing_total[5m])", "no metric"],
    ["sum by (topic) (rate(pagoda_requests_total[5m]))", "no label topic"],
    ['pagoda_group_members{client="a"}', "no label client"],
    ["pagoda_requests_total", "is a counter"],
    ["rate(pagoda_group_members[5m])", "is a gauge"],
    ["histogram_quantile(0.9, rate(pagoda_overhead_seconds_sum[5m]))", "histogram_quantile and"],
  ])("finds what is wrong with %s", (expr, fault) => {
    expect(faultsOf(expr).join()).toContain(fault);
  });
});

describe("alerts", () => {
  it.each(rules)("$alert uses what is on the page", ({ expr }) => {
    expect(faultsOf(expr)).toEqual([]);
  });

  it("are each tested where they fire, and where they do not", () => {
    const { tests } = parse(read("prometheus/rules.test.yaml")) as RuleTests;
    const cases = tests.flatMap((test) => test.alert_rule_test);
    for (const { alert } of rules) {
      const fires = cases.filter(({ alertname }) => alertname === alert).map((c) => c.exp_alerts.length > 0);
      expect([alert, ...fires]).toEqual([alert, true, false]);
    }
  });
});

describe("the dashboard", () => {
  it("has its rows", () => {
    const rows = dashboard.panels.filter(({ type }) => type === "row").map(({ title }) => title);
    expect(rows).toEqual([
      "Overview",
      "APIs",
      "Topics",
      "Clients",
      "Groups",
      "Proxy",
      "HTTP and write-ahead log",
      "Faults",
    ]);
  });

  it.each(panels)("$title uses what is on the page: $expr", ({ expr }) => {
    expect(faultsOf(expr)).toEqual([]);
  });
});
