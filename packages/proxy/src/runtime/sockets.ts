import { bind } from "@pagoda/tcp";
import type { Connection, Endpoint, Listener, ListenOptions } from "@pagoda/tcp";

/** A port that is listened on, and where its connections go. */
export interface Socket {
  /** Where it listens, with the port that port 0 became. */
  readonly address: Endpoint;
}

/** Ports that are taken for a configuration: all of them, or none. */
export interface SocketSet {
  /** The socket for an endpoint: the one that is open, else a new one. @throws ListenError */
  acquire(endpoint: Endpoint): Promise<Socket>;
  /** Closes what was open and is not in this set, and lets connections of the new ones in. */
  commit(): Promise<void>;
  /** Closes what was opened for this set. */
  abort(): Promise<void>;
}

/**
 * The ports of one listener. They outlive what serves them: with another configuration for the same
 * port no connection is refused.
 */
export class Sockets implements AsyncDisposable {
  readonly #options: Omit<ListenOptions, "host" | "port">;
  readonly #route: (connection: Connection) => void;
  #open = new Map<string, Listener>();

  /** @param route is handed each connection, once a set was committed. */
  constructor(options: Omit<ListenOptions, "host" | "port">, route: (connection: Connection) => void) {
    this.#options = options;
    this.#route = route;
  }

  begin(): SocketSet {
    const wanted = new Map<string, Listener>();
    const opened = new Set<Listener>();
    return {
      acquire: async ({ host, port }) => {
        // Free ports are told apart by their order.
        const key = `${host} ${port === 0 ? `0 #${wanted.size}` : port}`;
        const known = wanted.get(key) ?? this.#open.get(key);
        if (known !== undefined) {
          wanted.set(key, known);
          return known;
        }
        const listener = await bind({ ...this.#options, host, port });
        opened.add(listener);
        wanted.set(key, listener);
        return listener;
      },
      commit: async () => {
        const left = [...this.#open].filter(([key]) => !wanted.has(key));
        this.#open = wanted;
        for (const listener of opened) listener.connections.subscribe(this.#route);
        await Promise.all(left.map(([, listener]) => listener.close()));
      },
      abort: async () => {
        await Promise.all([...opened].map((listener) => listener.close()));
      },
    };
  }

  /** Accepts nothing more. Connections that were handed on live on. */
  async close(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open = new Map();
    await Promise.all(open.map((listener) => listener.close()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
