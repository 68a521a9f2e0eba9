/** One family of an OpenMetrics page, as far as the contract test compares it. */
export interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly unit: string | undefined;
  /** Label names of its samples, sorted; `le` of histograms left out. */
  readonly labels: readonly string[];
  /** Every sample line's name, labels and value. */
  readonly samples: readonly Sample[];
}

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Reads an OpenMetrics page. Throws on a line that is none, or that belongs to no family. */
export function parseOpenMetrics(page: string): ReadonlyMap<string, Family> {
  const families = new Map<
    string,
    { type: string; help: string; unit: string | undefined; samples: Sample[] }
  >();
  const lines = page.split("\n");
  if (lines.pop() !== "" || lines.pop() !== "# EOF") throw new Error("the page does not end with # EOF");
  for (const line of lines) {
    const meta = /^# (TYPE|HELP|UNIT) (\S+) (.*)$/.exec(line);
    if (meta !== null) {
      const [, kind = "", name = "", text = ""] = meta;
      const family = families.get(name) ?? { type: "", help: "", unit: undefined, samples: [] };
      families.set(name, { ...family, [kind.toLowerCase()]: text });
      continue;
    }
    const sample = parseSample(line);
    const owner = [...families].find(([name, { type }]) =>
      suffixes(type).some((s) => name + s === sample.name),
    );
    if (owner === undefined) throw new Error(`a sample of no family: ${line}`);
    owner[1].samples.push(sample);
  }
  return new Map(
    [...families].map(([name, family]) => [name, { name, ...family, labels: labelsOf(family.samples) }]),
  );
}

function parseSample(line: string): Sample {
  const [, name = "", labels = "", value = ""] =
    /^([a-zA-Z_:][\w:]*)(?:\{(.*?)\})? (\S+)(?: # .*)?$/.exec(line) ?? [];
  if (name === "") throw new Error(`not a sample: ${line}`);
  const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = "", text = ""]) => [
    key,
    text,
  ]);
  return { name, labels: Object.fromEntries(pairs), value: Number(value.replace("+Inf", "Infinity")) };
}

function suffixes(type: string): readonly string[] {
  switch (type) {
    case "counter":
      return ["_total"];
    case "info":
      return ["_info"];
    case "histogram":
      return ["_bucket", "_count", "_sum"];
    case "summary":
      return ["", "_count", "_sum"];
    default:
      return [""];
  }
}

function labelsOf(samples: readonly Sample[]): readonly string[] {
  const names = new Set(samples.flatMap(({ labels }) => Object.keys(labels)));
  names.delete("le");
  return [...names].toSorted();
}
