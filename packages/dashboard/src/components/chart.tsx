import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

import { theme } from "../state/signals.ts";

export interface ChartLine {
  readonly label: string;
  readonly values: readonly (number | null)[];
  /** Its colour: that of a custom property of the style sheet. */
  readonly colour: "--line-1" | "--line-2" | "--line-3";
}

export interface ChartProps {
  readonly title: string;
  /** Unix milliseconds. */
  readonly times: readonly number[];
  readonly lines: readonly ChartLine[];
  readonly format: (value: number) => string;
}

const height = 150;

/** Lines over time, as long as the page has seen them. The figures are in the table beside it. */
export function Chart({ title, times, lines, format }: ChartProps): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const chosen = theme.value;
  const data = [times.map((at) => at / 1_000), ...lines.map(({ values }) => [...values])];

  useEffect(() => {
    const element = host.current;
    if (element === null) return undefined;
    const style = getComputedStyle(element);
    const colour = (name: string): string => style.getPropertyValue(name).trim();
    const axis = {
      stroke: colour("--muted"),
      grid: { stroke: colour("--grid"), width: 1 },
      ticks: { show: false },
      font: "11px system-ui, sans-serif",
    };
    const built = new uPlot(
      {
        width: Math.max(200, element.clientWidth),
        height,
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false } },
        scales: { y: { range: (_u, _min, max) => [0, max > 0 ? max * 1.1 : 1] } },
        axes: [
          { ...axis, values: "{HH}:{mm}:{ss}", space: 80, size: 28 },
          { ...axis, size: 56, values: (_u, splits) => splits.map(format) },
        ],
        series: [
          {},
          ...lines.map(({ label, colour: name }) => ({
            label,
            stroke: colour(name),
            width: 1.5,
            points: { show: false },
          })),
        ],
      },
      data as uPlot.AlignedData,
      element,
    );
    plot.current = built;
    const resized = new ResizeObserver(() => {
      built.setSize({ width: Math.max(200, element.clientWidth), height });
    });
    resized.observe(element);
    return () => {
      resized.disconnect();
      built.destroy();
    };
    // Built anew for other lines or colours only.
  }, [chosen, lines.map(({ label }) => label).join("\n")]);

  useEffect(() => {
    plot.current?.setData(data as uPlot.AlignedData);
  }, [times.at(-1), times.length]);

  return (
    <figure class="chart panel">
      <figcaption>
        <span class="chart-title">{title}</span>
        {lines.map(({ label, colour, values }) => (
          <span key={label} class="chart-key">
            <span class={`swatch swatch${colour}`} aria-hidden="true" />
            {label} <b class="num">{format(values.at(-1) ?? 0)}</b>
          </span>
        ))}
      </figcaption>
      <div ref={host} class="chart-host" aria-hidden="true" />
    </figure>
  );
}
