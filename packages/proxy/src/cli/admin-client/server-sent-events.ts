/** One event of a stream (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export interface ServerSentEvent {
  /** `message` where the stream does not say. */
  readonly event: string;
  readonly data: string;
}

/** The largest event taken, in UTF-16 units: a view of tens of thousands of rows. */
const maxEventLength = 64 * 1024 * 1024;

/**
 * Reads events out of a stream that may be split at any byte. Comments (heartbeats), ids and retry
 * times are left out; an event that the stream ends within is not one.
 * @throws RangeError where an event is larger than 64 Mi characters
 */
export async function* readEvents(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  const decoder = new TextDecoder();
  let rest = "";
  let event = "";
  let data: string[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true });
    // A CR at the very end may be half of a CRLF.
    const complete = rest.endsWith("\r") ? rest.length - 1 : rest.length;
    const lines = rest.slice(0, complete).split(/\r\n|\r|\n/);
    rest = (lines.pop() ?? "") + rest.slice(complete);
    for (const line of lines) {
      const [, field = "", value = ""] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
      if (line === "") {
        if (data.length > 0) yield { event: event === "" ? "message" : event, data: data.join("\n") };
        event = "";
        data = [];
        length = 0;
      } else if (field === "event") event = value;
      else if (field === "data") {
        data.push(value);
        length += value.length + 1;
      }
    }
    if (rest.length + length > maxEventLength) throw new RangeError("an event of the stream is too large");
  }
}
