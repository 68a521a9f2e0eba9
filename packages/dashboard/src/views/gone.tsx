import type { JSX } from "preact";

/** A detail of what is not there, or not any more. */
export function Gone({ what, name }: { readonly what: string; readonly name: string }): JSX.Element {
  return (
    <p class="waiting muted">
      Nothing passed of {what} “{name}” since the proxy started.
    </p>
  );
}
