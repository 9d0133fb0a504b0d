/** Where the length of a message ends; a message begins with its length. */
const LENGTH_BYTES = 4;
/** The kind of message that carries commands: OP_MSG. */
const COMMAND_MESSAGE = 2013;
/** Behind the header (16), the flags (4) and the kind of section (1) stands the document of the command. */
const DOCUMENT_OFFSET = 21;

/** Cuts a stream of bytes into the messages of the MongoDB wire protocol. */
export async function* readMessages(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let rest = new Uint8Array();
  for await (const chunk of stream) {
    const joined = new Uint8Array(rest.length + chunk.length);
    joined.set(rest);
    joined.set(chunk, rest.length);
    rest = joined;
    while (rest.length >= LENGTH_BYTES) {
      const length = new DataView(rest.buffer, rest.byteOffset).getInt32(0, true);
      if (rest.length < length) break;
      yield rest.slice(0, length);
      rest = rest.slice(length);
    }
  }
}

/** The name of the command in a message: the name of the first field of its document; empty when it holds none. */
export function commandOf(message: Uint8Array<ArrayBuffer>): string {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  if (message.length < DOCUMENT_OFFSET + 6 || view.getInt32(12, true) !== COMMAND_MESSAGE) return "";
  // The document begins with its length (4) and the type of its first field (1).
  const from = DOCUMENT_OFFSET + 5;
  return new TextDecoder().decode(message.subarray(from, message.indexOf(0, from)));
}
