import { connect, type Socket } from "node:net";

/** One variant under load: where it listens, and the next request as raw HTTP/1.1 bytes. */
export interface Target {
  readonly port: number;
  readonly nextRequest: () => string;
  readonly expectedStatus: number;
}

export interface Slice {
  readonly answers: number;
  readonly seconds: number;
  /** Milliseconds. */
  readonly latencies: readonly number[];
}

/**
 * Closed-loop load over keep-alive connections, on raw sockets: the generator shares the cores with what it measures, and a full
 * HTTP client would cost more than the servers.
 */
export class HttpLoad {
  readonly #target: Target;
  readonly #connections: Connection[];

  private constructor(target: Target, connections: Connection[]) {
    this.#target = target;
    this.#connections = connections;
  }

  static async open(target: Target, connections: number): Promise<HttpLoad> {
    return new HttpLoad(
      target,
      await Promise.all(Array.from({ length: connections }, () => Connection.open(target.port))),
    );
  }

  /** Sends for so long, and waits for what is still under way. */
  async run(ms: number): Promise<Slice> {
    const from = performance.now();
    const latencies: number[] = [];
    await Promise.all(
      this.#connections.map(async (connection) => {
        while (performance.now() - from < ms) {
          const sent = performance.now();
          const status = await connection.request(this.#target.nextRequest());
          if (status !== this.#target.expectedStatus)
            throw new Error(`expected ${this.#target.expectedStatus}, got ${status}: ${connection.lastBody}`);
          latencies.push(performance.now() - sent);
        }
      }),
    );
    return { answers: latencies.length, seconds: (performance.now() - from) / 1000, latencies };
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }
}

class Connection {
  readonly #socket: Socket;
  #buffer = "";
  #answer: ((status: number) => void) | undefined;
  lastBody = "";

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setEncoding("latin1");
    socket.on("data", (chunk: string) => this.#read(chunk));
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, "127.0.0.1", () => resolve(new Connection(socket)));
      socket.once("error", reject);
    });
  }

  request(bytes: string): Promise<number> {
    return new Promise((resolve) => {
      this.#answer = resolve;
      this.#socket.write(bytes, "latin1");
    });
  }

  #read(chunk: string): void {
    this.#buffer += chunk;
    const end = this.#buffer.indexOf("\r\n\r\n");
    if (end === -1) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(this.#buffer.slice(0, end))?.[1] ?? 0);
    if (this.#buffer.length < end + 4 + length) return;
    const status = Number(this.#buffer.slice(9, 12));
    this.lastBody = this.#buffer.slice(end + 4, end + 4 + length);
    this.#buffer = this.#buffer.slice(end + 4 + length);
    this.#answer?.(status);
  }

  close(): void {
    this.#socket.destroy();
  }
}
