import type { JSX } from "preact";

const [width, height] = [72, 18];

/** The path of a line through the values from left to right, 0 at the bottom; with gaps where null. */
function linePath(values: readonly (number | null)[], most: number): string {
  const step = width / Math.max(1, values.length - 1);
  let path = "";
  let drawing = false;
  for (const [n, value] of values.entries()) {
    if (value === null) drawing = false;
    else {
      const y = height - 1.5 - (Math.min(value, most) / most) * (height - 3);
      path += `${drawing ? "L" : "M"}${(n * step).toFixed(1)},${y.toFixed(1)}`;
      drawing = true;
    }
  }
  return path;
}

/** A line without axes; the figure beside it says what it is now. */
export function Sparkline({
  values,
  max,
}: {
  readonly values: readonly (number | null)[];
  /** What is at the top. @default the largest value */
  readonly max?: number;
}): JSX.Element {
  const most = max ?? Math.max(...values.map((value) => value ?? 0));
  return (
    <svg class="spark" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
      {most > 0 && <path d={linePath(values, most)} />}
    </svg>
  );
}
