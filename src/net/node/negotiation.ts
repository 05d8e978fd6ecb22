/**
 * How long a peer may take to say what it wants. The library answers each protocol that it does not know with
 * "na", for ever and without a pause: 60 KB of such names held the process for more than a second.
 */
import type { ConnectionEncrypter, MessageStream } from "@libp2p/interface";

/** Ours and the original propose four names at most. */
const MOST_REPLIES = 32;

const ends = new WeakMap<object, () => void>();

/**
 * Bounds our replies on a stream or connection that a peer has opened, until {@linkcode negotiated}; a stream
 * that has the name of its protocol is negotiated by itself.
 */
export function boundNegotiation(stream: MessageStream & { readonly protocol?: string }): void {
  const { send } = stream;
  let replies = 0;
  ends.set(stream, () => void (stream.send = send));
  stream.send = (data): boolean => {
    if (stream.protocol) negotiated(stream);
    else if (++replies > MOST_REPLIES) {
      const error = new Error("The peer names one unknown protocol after the other");
      stream.abort(error);
      throw error;
    }
    return send.call(stream, data);
  };
}

/** What the stream is for has been agreed on. */
export function negotiated(stream: object): void {
  ends.get(stream)?.();
  ends.delete(stream);
}

/** An encrypter to which it falls to end the negotiation about itself, and begin that about what is inside. */
export function boundEncrypter<T>(
  make: (components: T) => ConnectionEncrypter,
): (components: T) => ConnectionEncrypter {
  return (components) => {
    const encrypter = make(components);
    const secure = encrypter.secureInbound.bind(encrypter);
    encrypter.secureInbound = async (connection, options) => {
      negotiated(connection);
      const secured = await secure(connection, options);
      boundNegotiation(secured.connection);
      return secured;
    };
    return encrypter;
  };
}
