import type { ComponentChildren, JSX } from "preact";

import { commandFor } from "../state/command.ts";
import { route, window$ } from "../state/signals.ts";
import { CopyButton } from "./bits.tsx";

/** The head of a view: what it is of, and the command that shows the same. */
export function PageHead({
  title,
  up,
  children,
}: {
  readonly title: string;
  /** The list that a detail is of. */
  readonly up?: { readonly href: string; readonly text: string };
  readonly children?: ComponentChildren;
}): JSX.Element {
  const command = commandFor(route.value, window$.value, location.origin);
  return (
    <div class="page-head">
      <h1>
        {up !== undefined && (
          <>
            <a href={up.href}>{up.text}</a> <span class="muted">/</span>{" "}
          </>
        )}
        {title}
      </h1>
      {children}
      <div class="command">
        <span class="sr">The same in a terminal:</span>
        <code tabIndex={0}>{command}</code>
        <CopyButton text={command} what="command" />
      </div>
    </div>
  );
}
