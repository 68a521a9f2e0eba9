/** One event of a stream. */
export interface ServerSentEvent {
  readonly event: string;
  readonly data: string;
}

/** Characters of one event; a stream that sends more in one is no stream of ours. */
const maxEventLength = 64 * 1_024 * 1_024;

/**
 * Reads events out of text as it comes, however it was cut. Comments, ids and retry times are left
 * out. See "Server-sent events" in the HTML standard.
 */
export class EventReader {
  #rest = "";
  #event = "";
  #data: string[] = [];

  /** @throws RangeError when one event is longer than 64 Mi characters. */
  push(text: string): readonly ServerSentEvent[] {
    const events: ServerSentEvent[] = [];
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    if (this.#rest.length > maxEventLength) throw new RangeError("an event is too long");
    for (const line of lines) {
      const event = this.#read(line.endsWith("\r") ? line.slice(0, -1) : line);
      if (event !== undefined) events.push(event);
    }
    return events;
  }

  #read(line: string): ServerSentEvent | undefined {
    if (line === "") return this.#take();
    const colon = line.indexOf(":");
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#event = value;
    else if (field === "data") this.#data.push(value);
    return undefined;
  }

  #take(): ServerSentEvent | undefined {
    const taken = { event: this.#event || "message", data: this.#data.join("\n") };
    const isEmpty = this.#data.length === 0;
    this.#event = "";
    this.#data = [];
    return isEmpty ? undefined : taken;
  }
}
