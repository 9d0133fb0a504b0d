import { createHash } from "node:crypto";

/**
 * Lets Web Crypto compute digests at once and in this thread. Its own thread pool answers whenever it likes, which no seed
 * decides. Only for processes that do nothing but simulate.
 */
export function digestImmediately(): void {
  crypto.subtle.digest = (_, data) => {
    const bytes = ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : data;
    const hashed = createHash("sha256").update(bytes as Uint8Array).digest();
    return Promise.resolve(
      hashed.buffer.slice(hashed.byteOffset, hashed.byteOffset + hashed.byteLength) as ArrayBuffer,
    );
  };
}
