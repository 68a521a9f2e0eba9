import { fakeTime } from "@pagoda/core/testing";
import { describe, expect, it } from "vitest";

import { Requests } from "./requests.ts";

describe("Requests", () => {
  const time = fakeTime();

  it("fails a question that is not answered in time, and ignores the late answer", async () => {
    const requests = new Requests(1, () => {});
    const failed = expect(requests.ask({ kind: "status" }, 100)).rejects.toThrow(
      "worker 1: no answer to status within 100 ms",
    );
    await time.advance(100);
    await failed;
    expect(requests.answered({ type: "answer", id: 1, value: true })).toBe(false);
    expect(requests.pending).toBe(0);
  });

  it("fails what is open when the process ends, and what is asked after", async () => {
    const requests = new Requests(2, () => {});
    const failed = expect(requests.ask({ kind: "ping" }, 100)).rejects.toMatchObject({
      code: "WORKER_ENDED",
    });
    requests.end("SIGKILL");
    await failed;
    await expect(requests.ask({ kind: "ping" }, 100)).rejects.toThrow("worker 2 ended (SIGKILL)");
    expect(time.timers).toBe(0);
  });

  it("refuses more than 64 open questions", async () => {
    const requests = new Requests(1, () => {});
    const open = Array.from({ length: 64 }, () => requests.ask({ kind: "ping" }, 100).catch(() => {}));
    await expect(requests.ask({ kind: "ping" }, 100)).rejects.toMatchObject({ code: "WORKER_BUSY" });
    requests.end("over");
    await Promise.all(open);
  });
});
