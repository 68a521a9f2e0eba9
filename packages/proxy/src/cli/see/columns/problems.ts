import type { Problem } from "@pagoda/traffic/view";

import type { Column } from "../../output/table.ts";
import { age } from "../../output/units.ts";

/** Of `problems`. @param now Unix milliseconds */
export function problemColumns(now: number): readonly Column<Problem>[] {
  return [
    {
      title: "SEVERITY",
      cell: ({ severity }) => ({ text: severity, health: severity === "critical" ? "bad" : "warning" }),
      drop: 2,
    },
    { title: "PROBLEM", cell: ({ kind }) => kind },
    { title: "WHO", cell: ({ subject }) => `${subject.kind}/${subject.name}`, cuts: true },
    { title: "LISTENER", cell: ({ listener }) => listener, wide: true },
    { title: "SINCE", cell: ({ since }) => age(since, now), drop: 1 },
    { title: "SUMMARY", cell: ({ summary }) => summary, cuts: true },
    { title: "ADVICE", cell: ({ advice }) => advice, wide: true },
  ];
}
