import type { JSX } from "preact";

import { CopyButton } from "../components/bits.tsx";
import { PageHead } from "../components/page-head.tsx";
import { usePolled } from "../state/polled.ts";

/** The configuration in effect. */
export function Config(): JSX.Element {
  const { value, problem } = usePolled<string>("config", 10_000, "text");
  return (
    <>
      <PageHead title="Configuration" />
      <p class="muted">What is in effect now, with defaults filled in and without its secrets. Read only.</p>
      {problem !== undefined && <p class="banner">{problem}</p>}
      {value !== undefined && (
        <div class="panel source">
          <CopyButton text={value} what="configuration" />
          <pre tabIndex={0} role="region" aria-label="Configuration in effect">
            {value.split("\n").map((line, n) => (
              <YamlLine key={n} line={line} />
            ))}
          </pre>
        </div>
      )}
    </>
  );
}

/** Keys and comments in colours of their own. */
function YamlLine({ line }: { readonly line: string }): JSX.Element {
  const {
    indent = "",
    key,
    rest = "",
  } = /^(?<indent>[\s-]*)(?<key>[^\s:#'"][^:]*:)(?<rest>(?: .*)?)$/.exec(line)?.groups ?? {};
  if (/^\s*#/.test(line)) return <span class="muted">{`${line}\n`}</span>;
  if (key === undefined) return <>{`${line}\n`}</>;
  return (
    <>
      {indent}
      <span class="yaml-key">{key}</span>
      {`${rest}\n`}
    </>
  );
}
