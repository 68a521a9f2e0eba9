import { describe, expect, it } from "vitest";

import { ListenError } from "./listen-error.ts";

const endpoint = { host: "10.0.0.1", port: 9092 };

function explain(code: string, at = endpoint): ListenError {
  return new ListenError("main", at, Object.assign(new Error(`listen ${code}`), { code }));
}

describe("ListenError", () => {
  it.each([
    ["EADDRINUSE", "LISTEN_PORT_IN_USE", "invalid", "the port is in use: stop what listens there"],
    ["EACCES", "LISTEN_PERMISSION", "denied", "not permitted: run as a user that may listen there"],
    ["EADDRNOTAVAIL", "LISTEN_ADDRESS_NOT_AVAILABLE", "invalid", "this machine has no address 10.0.0.1"],
    ["ENOTFOUND", "LISTEN_DNS", "invalid", "the name 10.0.0.1 does not resolve"],
    ["EMFILE", "LISTEN_FAILED", "overload", "listen EMFILE"],
  ])("says for %s what is wrong and what to do", (system, code, kind, why) => {
    const error = explain(system);
    expect(error).toMatchObject({ code, kind, retriable: false, listener: "main", endpoint });
    expect(error.message).toContain(`listener main: cannot listen on 10.0.0.1:9092: ${why}`);
  });

  it("knows that low ports need a privilege", () => {
    expect(explain("EACCES", { host: "", port: 443 }).message).toBe(
      "listener main: cannot listen on :443: not permitted: ports below 1024 need a privilege (CAP_NET_BIND_SERVICE), or take a higher port",
    );
  });

  it("takes anything as its cause", () => {
    expect(new ListenError("admin", endpoint, "no idea")).toMatchObject({
      code: "LISTEN_FAILED",
      cause: "no idea",
      message: "listener admin: cannot listen on 10.0.0.1:9092: no idea",
    });
  });
});
