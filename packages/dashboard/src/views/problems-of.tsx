import type { JSX } from "preact";
import type { Problem, TrafficView } from "@pagoda/traffic/view";

import { Panel } from "../components/bits.tsx";
import { Problems } from "./problems.tsx";

/** The problems of what a detail is of; nothing where there are none. */
export function ProblemsOf({
  view,
  kind,
  listener,
  name,
}: {
  readonly view: TrafficView;
  readonly kind: Problem["subject"]["kind"];
  readonly listener: string;
  readonly name: string;
}): JSX.Element | null {
  const problems = view.problems.filter(
    ({ subject, listener: its }) => its === listener && subject.kind === kind && subject.name === name,
  );
  if (problems.length === 0) return null;
  return (
    <Panel title={`Problems (${problems.length})`}>
      <Problems problems={problems} now={view.at} />
    </Panel>
  );
}
