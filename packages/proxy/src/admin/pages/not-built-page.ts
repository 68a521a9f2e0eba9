import type { AdminAnswer } from "../route.ts";
import { html, pageAnswer } from "./html.ts";

const links: readonly (readonly [path: string, what: string])[] = [
  ["/ui/tables", "the traffic, as tables"],
  ["/api/traffic", "all that is known of the traffic, as JSON"],
  ["/api/problems", "what is wrong with it"],
  ["/api/listeners", "listeners"],
  ["/api/clusters", "brokers, and where clients find them"],
  ["/api/connections", "connections"],
  ["/api/openapi.json", "what else there is to ask"],
  ["/metrics", "metrics"],
  ["/ready?verbose", "whether traffic should be sent here"],
];

/** In the place of the dashboard, where it was not built. */
export function notBuiltPage(): AdminAnswer {
  return pageAnswer({
    title: "Pagoda",
    body: html`<h1>Pagoda</h1>
      <p>
        The proxy runs. Its dashboard was not built: in a checkout, <code>npm run build</code> builds it; then
        start the proxy again. Published packages have it.
      </p>
      <h2>Without it</h2>
      <ul>
        ${links.map(([path, what]) => html`<li><a href="${path}">${path}</a>: ${what}</li> `)}
      </ul>
      <p>Where a token is set, these ask for it: <code>curl -H 'Authorization: Bearer TOKEN'</code>.</p>`,
  });
}
