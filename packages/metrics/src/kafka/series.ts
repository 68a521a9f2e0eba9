/** What bounds the series of open labels, as the Kafka families use it. */
export interface SeriesBounds {
  readonly topic: Resolver;
  readonly client: Resolver;
  readonly softwareVersion: Resolver;
  /** False: no series of open labels is made. */
  readonly openLabels: boolean;
  track(group: "topic" | "client", series: { readonly size: number; evict(): void }): { touch(): void };
}

interface Resolver {
  /** The label for a value: the value itself, what it is rewritten to, or `__other__`. */
  resolve(value: string): string;
}

/** Caps alone. */
export function cappedSeries(): SeriesBounds {
  const capped = (max: number): Resolver => {
    const seen = new Set<string>();
    return {
      resolve(value) {
        if (!seen.has(value) && seen.size >= max) return "__other__";
        seen.add(value);
        return value;
      },
    };
  };
  return {
    topic: capped(500),
    client: capped(200),
    softwareVersion: capped(50),
    openLabels: true,
    track: () => ({ touch: () => {} }),
  };
}
