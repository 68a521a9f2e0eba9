/** How much is told: `minimal` has no open labels, `detailed` has more labels than `standard`. */
export const metricsProfiles = ["minimal", "standard", "detailed"] as const;
export type MetricsProfile = (typeof metricsProfiles)[number];

/** Labels whose values clients choose. */
export const openLabels = ["topic", "group", "client", "software_version"] as const;
export type OpenLabel = (typeof openLabels)[number];

/** What becomes of the values of one open label. */
export interface LabelOptions {
  /** Regular expressions. What none of them matches is folded into `__other__`. @default all are let through */
  readonly allow?: readonly string[];
  /** Regular expressions. What one of them matches is folded into `__other__`. @default none */
  readonly deny?: readonly string[];
  /** Applied in order, each to what the one before it left; `to` may refer to groups as `$1`. @default none */
  readonly rewrite?: readonly RewriteRule[];
  /**
   * Values at most. Further ones are folded into `__other__` until one of these expires.
   * @default 500 topics, 200 groups, 200 clients, 50 software versions
   */
  readonly max?: number;
}

export interface RewriteRule {
  /** A regular expression; every place that it matches is replaced. */
  readonly match: string;
  readonly to: string;
}

/** Values per label, unless options say otherwise. */
export const defaultMaxValues: Readonly<Record<OpenLabel, number>> = {
  topic: 500,
  group: 200,
  client: 200,
  software_version: 50,
};
