import { escapeMarkup } from "@pagoda/traffic/view";
import { createHash } from "node:crypto";

import type { AdminAnswer } from "../route.ts";

/** Markup, escaped already. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** A value that stands in markup: text is escaped, lists are joined, null and undefined are nothing. */
export type HtmlValue = string | number | Html | null | undefined | readonly HtmlValue[];

/** Markup with values in it, each escaped unless it is markup itself. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(strings.map((text, n) => (n === 0 ? text : `${markup(values[n - 1])}${text}`)).join(""));
}

function markup(value: HtmlValue): string {
  if (value === null || value === undefined) return "";
  if (value instanceof Html) return value.text;
  if (typeof value === "object") return value.map(markup).join("");
  return escapeMarkup(String(value));
}

const style = `
:root { color-scheme: light dark; font: 14px/1.4 system-ui, sans-serif }
body { margin: 1rem auto; max-width: 80rem; padding: 0 1rem }
div.wide { overflow-x: auto }
table { border-collapse: collapse; min-width: 40rem }
caption { font-weight: 600; padding: 1rem 0 .25rem; text-align: left }
th, td { border-bottom: 1px solid #8884; padding: .2rem .8rem .2rem 0; text-align: left; vertical-align: top }
td.number, th.number { font-variant-numeric: tabular-nums; text-align: right }
code, pre { font-family: ui-monospace, monospace }
`;

/** The page's own style and nothing else: no script, no form, nothing from elsewhere. */
const policy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

export interface PageOptions {
  readonly title: string;
  /** Seconds until the page asks for itself again. @default never */
  readonly refreshSeconds?: number;
  readonly body: Html;
}

/** A page that needs no script. */
export function pageAnswer({ title, refreshSeconds, body }: PageOptions): AdminAnswer {
  const refresh =
    refreshSeconds === undefined ? null : html`<meta http-equiv="refresh" content="${refreshSeconds}" />`;
  const { text } = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        ${refresh}
        <title>${title}</title>
        ${new Html(`<style>${style}</style>`)}
      </head>
      <body>
        ${body}
      </body>
    </html> `;
  return {
    contentType: "text/html; charset=utf-8",
    body: text,
    headers: { "content-security-policy": policy },
  };
}
