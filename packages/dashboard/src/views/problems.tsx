import type { JSX } from "preact";
import type { Problem } from "@pagoda/traffic/view";

import { Name } from "../components/bits.tsx";
import { ago } from "../format/figures.ts";
import { hrefOf } from "../state/route.ts";

/** What is wrong, worst first, and what to do about it. */
export function Problems({
  problems,
  now,
}: {
  readonly problems: readonly Problem[];
  readonly now: number;
}): JSX.Element {
  if (problems.length === 0) return <p class="muted all-well">No problem is known.</p>;
  const ordered = problems.toSorted(
    (a, b) =>
      rank(a) - rank(b) || a.subject.name.localeCompare(b.subject.name) || a.kind.localeCompare(b.kind),
  );
  return (
    <ul class="problems">
      {ordered.map((problem) => (
        <li key={`${problem.listener} ${problem.kind} ${problem.subject.kind} ${problem.subject.name}`}>
          <OneProblem problem={problem} now={now} />
        </li>
      ))}
    </ul>
  );
}

function rank({ severity }: Problem): number {
  return severity === "critical" ? 0 : 1;
}

function OneProblem({ problem, now }: { readonly problem: Problem; readonly now: number }): JSX.Element {
  const { kind, severity, subject, summary, advice, since } = problem;
  const href = subjectHref(problem);
  return (
    <details>
      <summary>
        <span class={`dot ${severity === "critical" ? "dot-bad" : "dot-warn"}`} aria-hidden="true" />
        <span class="sr">{severity}: </span>
        <b>
          <Name name={subject.name} max={28} />
        </b>{" "}
        <span class="problem-kind">{kind}</span>
        <span class="problem-summary">{summary}</span>
      </summary>
      <p>{advice}</p>
      <p class="problem-links">
        {href !== undefined && <a href={href}>{kind === "rebalance-loop" ? "timeline" : subject.kind}</a>}
        {subject.kind !== "listener" && <a href={hrefOf("tap", [], { [subject.kind]: subject.name })}>tap</a>}
        <span class="muted">since {ago(since, now)}</span>
      </p>
    </details>
  );
}

function subjectHref({ listener, subject }: Problem): string | undefined {
  if (subject.kind === "listener") return hrefOf("layers");
  return hrefOf(`${subject.kind}s`, [listener, subject.name]);
}
