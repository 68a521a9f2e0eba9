import { Registry } from "prom-client";
import type { Metric, OpenMetricsContentType } from "prom-client";

/** A metrics page, ready to be sent. */
export interface MetricsPage {
  readonly contentType: string;
  readonly body: string;
}

/**
 * Renders a registry as Prometheus text 0.0.4, or as OpenMetrics 1.0.0 when the `Accept` header
 * of the scrape asks for it.
 *
 * The registry itself stays as it is: prom-client renames counters for good when the registry's
 * own content type is changed, so OpenMetrics is rendered from a registry made for one page.
 *
 * @see https://prometheus.io/docs/specs/om/open_metrics_spec/
 */
export async function metricsPage(registry: Registry, accept: string | undefined): Promise<MetricsPage> {
  if (!accept?.includes("application/openmetrics-text")) {
    return { contentType: Registry.PROMETHEUS_CONTENT_TYPE, body: await registry.metrics() };
  }
  const page = new Registry<OpenMetricsContentType>();
  page.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  for (const metric of registry.getMetricsAsArray()) {
    page.registerMetric(asOpenMetrics(metric as unknown as Renderable) as unknown as Metric);
  }
  return { contentType: Registry.OPENMETRICS_CONTENT_TYPE, body: withUnits(await page.metrics()) };
}

/** What prom-client asks of a metric when it prints one; its types show `MetricObject` only. */
interface Renderable {
  readonly name: string;
  readonly type: string;
  get(): Promise<Rendered>;
  getForPromString?(): Promise<Rendered>;
}

interface Rendered {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly values: readonly {
    readonly metricName?: string;
    readonly labels: object;
    readonly value: number;
  }[];
}

/**
 * In OpenMetrics a family is named without its suffix: `pagoda_build` of type info has the sample
 * `pagoda_build_info`. prom-client does so for counters only.
 */
function asOpenMetrics(metric: Renderable): Renderable {
  const { name, type } = familyOf(metric);
  const render = async (): Promise<Rendered> => {
    const rendered = await (metric.getForPromString?.() ?? metric.get());
    if (type !== "info") return { ...rendered, name, type };
    const values = rendered.values.map((value) => ({ ...value, metricName: metric.name }));
    return { ...rendered, name, type, values };
  };
  return { name, type, get: render, getForPromString: render };
}

function familyOf({ name, type }: Renderable): { name: string; type: string } {
  if (type === "gauge" && name.endsWith("_info"))
    return { name: name.slice(0, -"_info".length), type: "info" };
  if (type === "counter") return { name: name.replace(/_total$/, ""), type };
  return { name, type };
}

/** Names carry their unit (`_seconds`, `_bytes`); OpenMetrics wants it said as well. */
function withUnits(page: string): string {
  return page.replaceAll(/^# TYPE (\S+_(seconds|bytes)) .*$/gm, "$&\n# UNIT $1 $2");
}
