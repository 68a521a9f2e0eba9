import { connect } from "node:net";
import type { Socket } from "node:net";
import { setTimeout } from "node:timers/promises";

import type { Random } from "../../packages/kafka/test/fuzz/random.ts";
import { strangeRequest } from "./strange-messages.ts";

/** A client that connects again and again until it is told to stop, and asks for anything in any way. */
export async function strangeClient(port: number, random: Random, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    socket.resume();
    const closed = new Promise<void>((resolve) => {
      socket.once("close", () => resolve());
    });
    // oxlint-disable-next-line no-await-in-loop -- one connection after the other
    await Promise.race([talk(socket, random, stop), closed]);
    leave(socket, random);
    // oxlint-disable-next-line no-await-in-loop -- one connection after the other
    await setTimeout(20 + random.below(100));
  }
}

async function talk(socket: Socket, random: Random, stop: AbortSignal): Promise<void> {
  const turns = 1 + random.below(30);
  for (let turn = 0; turn < turns && !stop.aborted && !socket.destroyed; turn++) {
    const request = strangeRequest(random, turn);
    switch (random.below(20)) {
      case 0:
        socket.write(request.subarray(0, random.below(request.length)));
        break;
      case 1:
        socket.write(random.bytes(random.below(200)));
        break;
      case 2:
        socket.pause();
        break;
      case 3:
        socket.write(request.subarray(0, 5));
        // oxlint-disable-next-line no-await-in-loop -- in pieces
        await setTimeout(5);
        socket.write(request.subarray(5));
        break;
      default:
        socket.write(request);
    }
    // oxlint-disable-next-line no-await-in-loop -- some of it pipelined
    if (random.below(2) === 0) await setTimeout(random.below(20));
  }
}

function leave(socket: Socket, random: Random): void {
  switch (random.below(3)) {
    case 0:
      socket.resetAndDestroy();
      break;
    case 1:
      socket.end();
      break;
    default:
      socket.destroy();
  }
}
