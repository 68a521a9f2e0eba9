import { readClientHello } from "./client-hello.ts";
import { literal, uintBetween } from "./detector.ts";
import type { Detector, Verdict } from "./detector.ts";

/** Largest payload of a plain-text record (RFC 8446 section 5.1). */
const maxRecordBytes = 2 ** 14;

/**
 * TLS by the head of its first record: a handshake record of any version up to TLS 1.3 whose
 * first byte says ClientHello. Six bytes decide. The server name and the protocols offered are
 * there when the whole ClientHello is, over however many records it was spread.
 *
 * The hello of SSL 2, forbidden since RFC 6176, is refused.
 */
export const tlsDetector: Detector = {
  protocol: "tls",
  detect: (bytes) => {
    const checks: readonly Verdict[] = [
      literal(bytes, 0, "\x16\x03"),
      uintBetween(bytes, 2, 1, 0, 4),
      uintBetween(bytes, 3, 2, 1, maxRecordBytes),
      literal(bytes, 5, "\x01"),
    ];
    return checks.find((verdict) => verdict !== "match") ?? "match";
  },
  facts: readClientHello,
};
