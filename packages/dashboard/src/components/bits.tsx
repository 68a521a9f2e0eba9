import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import type { ErrorCount } from "@pagoda/traffic/view";

import { amount, percent, shortened } from "../format/figures.ts";

/** A share of good answers, in the colour of how good that is. */
export function Ok({ share }: { readonly share: number | null }): JSX.Element {
  return <span class={share === null ? "muted" : okClass(share)}>{percent(share)}</span>;
}

function okClass(share: number): string {
  return share >= 0.999 ? "ok" : share >= 0.99 ? "warn" : "bad";
}

/** Errors by code, most frequent first; each leads to a tap of it. */
export function Errors({ errors }: { readonly errors: readonly ErrorCount[] }): JSX.Element {
  const [first] = errors;
  if (first === undefined) return <span class="muted">-</span>;
  return (
    <span class="bad" title={errors.map(({ error, count }) => `${error}×${count}`).join("\n")}>
      {shortened(first.error, 26)}×{amount(first.count)}
      {errors.length > 1 && ` +${errors.length - 1}`}
    </span>
  );
}

/** A name with its kind's colour. Names come from the network: they are cut, and whole in the title. */
export function Name({ name, max = 48 }: { readonly name: string; readonly max?: number }): JSX.Element {
  const shown = name === "" ? "(empty)" : shortened(name, max);
  return <span title={shown === name ? undefined : name}>{shown}</span>;
}

/** Figures with what they are, as cards or lines. */
export function Facts({
  facts,
}: {
  readonly facts: readonly (readonly [name: string, value: ComponentChildren])[];
}): JSX.Element {
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd class="num">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Copies its text, and says so. */
export function CopyButton({ text, what }: { readonly text: string; readonly what: string }): JSX.Element {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      setTimeout(() => setCopied(false), 1_500);
    } catch {
      // Not allowed here: the text can be selected.
    }
  };
  return (
    <button type="button" class="copy" aria-label={`Copy ${what}`} onClick={() => void copy()}>
      <span aria-live="polite">{copied ? "copied" : "copy"}</span>
    </button>
  );
}

export function Panel({
  title,
  aside,
  children,
}: {
  readonly title: string;
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <section class="panel" aria-label={title}>
      <div class="panel-head">
        <h2>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

/** Offers text as a file. */
export function download(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
