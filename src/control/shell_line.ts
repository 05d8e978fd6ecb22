import type { Socket } from "node:net";
import { joinBytes } from "../base/bytes.ts";
import { RrError } from "../base/rr_error.ts";
import { MAX_FIELD_BYTES } from "./shell_request.ts";

/** The connection of one shell: fields in, fields out; see `shell_request.ts`. */
export class ShellLine {
  readonly #socket: Socket;
  readonly #fields: AsyncGenerator<string, void>;
  #isOpen = true;

  /** Takes over the socket. */
  constructor(socket: Socket) {
    this.#socket = socket;
    this.#fields = fieldsOf(socket);
    const end = (): void => {
      this.#isOpen = false;
    };
    socket.on("error", end).on("end", end).on("close", end);
  }

  /** Whether the shell still listens, as far as is known by now. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /**
   * The next field; `undefined` when the shell has gone.
   *
   * @throws {RrError} `invalid` if it is longer than any field
   */
  async next(): Promise<string | undefined> {
    const { value, done } = await this.#fields.next();
    return done ? undefined : value;
  }

  /** As many fields; `undefined` when the shell has gone before. */
  async take(count: number): Promise<string[] | undefined> {
    const taken: string[] = [];
    while (taken.length < count) {
      const field = await this.next();
      if (field === undefined) return undefined;
      taken.push(field);
    }
    return taken;
  }

  /** Sends a field. */
  send(field: string): void {
    if (this.#isOpen) this.#socket.write(`${field}\0`);
  }

  /** Calls `left` when the shell has gone; at once if it has. */
  onEnd(left: () => void): void {
    if (!this.#isOpen) left();
    else this.#socket.once("end", left).once("close", left);
  }
}

async function* fieldsOf(socket: Socket): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let waiting = new Uint8Array();
  for await (const data of socket) {
    waiting = joinBytes([waiting, data as Uint8Array]);
    for (let end = waiting.indexOf(0); end >= 0; end = waiting.indexOf(0)) {
      checkSize(end);
      yield decoder.decode(waiting.subarray(0, end));
      waiting = waiting.subarray(end + 1);
    }
    checkSize(waiting.length);
  }
}

function checkSize(bytes: number): void {
  if (bytes <= MAX_FIELD_BYTES) return;
  throw new RrError("invalid", `Cannot read a field of more than ${MAX_FIELD_BYTES} bytes`);
}
