import { literal } from "./detector.ts";
import type { Detector } from "./detector.ts";

/** What every HTTP/2 client sends first (RFC 9113 section 3.4). */
const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/** HTTP/2 without TLS, or inside TLS that was taken off: the whole of the client's preface. */
export const http2Detector: Detector = {
  protocol: "http",
  detect: (bytes) => literal(bytes, 0, preface),
  facts: () => ({ detail: "h2" }),
};
