import { describe, expect, it } from "vitest";

import { http1Detector } from "./http1.ts";

const judge = (text: string): string => http1Detector.detect(Buffer.from(text, "latin1"));

describe("the HTTP/1 detector", () => {
  it.each([
    ["GET / HTTP/1.1"],
    ["GET / HTTP/1.0"],
    ["get / HTTP/1.1"],
    ["POST /topics/a?partition=1#x HTTP/1.1"],
    ["GET http://example.com/a HTTP/1.1"],
    ["CONNECT example.com:443 HTTP/1.1"],
    ["CONNECT [::1]:443 HTTP/1.1"],
    ["OPTIONS * HTTP/1.1"],
    ["M-SEARCH * HTTP/1.1"],
    ["UPDATEREDIRECTREF /a HTTP/1.1"],
    ["GET /caf\xe9 HTTP/1.1"],
  ])("knows %j at its last byte, and wants more before", (line) => {
    for (let length = 0; length < line.length; length++) {
      expect([length, judge(line.slice(0, length))]).toEqual([length, "more"]);
    }
    expect(judge(line)).toBe("match");
    expect(judge(`${line}\r\nHost: example.com\r\n\r\n`)).toBe("match");
  });

  it.each([
    ["a space first", " GET", 1],
    ["an empty line first", "\r\nGET / HTTP/1.1", 1],
    ["a method with a bracket", "GE(", 3],
    ["a method too long", "A".repeat(25), 25],
    ["no target", "GET  ", 5],
    ["an asterisk with something behind it", "OPTIONS *a", 10],
    ["a control byte in the target", "GET /\x00", 6],
    ["HTTP/0.9", "GET /\r\n", 6],
    ["HTTP/2.0", "PRI * HTTP/2.0", 12],
    ["a version that is no digit", "GET / HTTP/1.x", 14],
    ["RTSP", "OPTIONS rtsp://example.com/a RTSP/1.0", 30],
    ["SIP", "OPTIONS sip:a@example.com SIP/2.0", 27],
    ["a Redis command", "*1\r\n$4\r\nPING\r\n", 3],
    ["a Redis command without its frame", "SET a b\r\n", 7],
    ["memcached", "set /key 0 900 5\r\n", 10],
    ["SMTP", "EHLO mail.example.com\r\n", 22],
    ["SSH", "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", 31],
    ["IRC", "NICK pagoda\r\n", 12],
    ["STOMP", "CONNECT\naccept-version:1.2\n", 8],
  ])("refuses %s at the byte that shows it", (_, text, at) => {
    expect(judge(text.slice(0, at - 1))).toBe("more");
    expect(judge(text.slice(0, at))).toBe("no");
    expect(judge(text)).toBe("no");
  });

  it("does not wait for the end of a long link, whatever comes behind it", () => {
    for (const beginning of ["/", "http://", "HTTPS://"]) {
      const line = `GET ${beginning.padEnd(1023, "x")}`;
      expect(judge(line)).toBe("more");
      expect(judge(`${line}x`)).toBe("match");
      expect(judge(`${line}x SIP/2.0`)).toBe("match");
    }
    expect(judge(`AUTH ${"x".repeat(1024)}`)).toBe("no");
  });

  it("tells the version, where it came to it", () => {
    expect(http1Detector.facts?.(Buffer.from("GET / HTTP/1.1\r\n"))).toEqual({ detail: "http/1.1" });
    expect(http1Detector.facts?.(Buffer.from("GET / HTTP/1.0"))).toEqual({ detail: "http/1.0" });
    expect(http1Detector.facts?.(Buffer.from(`GET /${"x".repeat(1024)}`))).toEqual({ detail: "http/1" });
  });
});
