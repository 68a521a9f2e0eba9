import type { z } from "zod";

import { either, mapping } from "./collections.ts";
import { flag, hostText, pathText } from "./scalars.ts";

/** TLS towards an upstream: `true` for what Node trusts, else what to trust and to show. */
export interface UpstreamTlsSource {
  ca?: string | undefined;
  cert?: string | undefined;
  key?: string | undefined;
  serverName?: string | undefined;
}

export const upstreamTlsSchema: z.ZodType<boolean | UpstreamTlsSource, boolean | UpstreamTlsSource> = either(
  "true, or a mapping of ca, cert, key, serverName",
  [
    flag(),
    mapping({
      ca: pathText().optional().describe("PEM file of the authorities to trust; default: those of Node"),
      cert: pathText().optional().describe("PEM file of the proxy's own certificate; key belongs to it"),
      key: pathText().optional().describe("PEM file of its private key"),
      serverName: hostText()
        .optional()
        .describe("name that the upstream's certificate must carry; default: the upstream's host"),
    }),
  ],
);
