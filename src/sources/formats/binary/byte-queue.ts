// Cuts a stream of chunks of any size into pieces of the sizes that a format asks for.

export class ByteQueue {
  /** Bytes taken or skipped so far. */
  position = 0
  readonly #chunks: AsyncIterator<Uint8Array>
  #rest: Buffer = nothing
  #ended = false

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  /** The next bytes, fewer only at the end. A view: it stays valid, since chunks are the reader's own. */
  async take(bytes: number): Promise<Buffer> {
    const found = await this.peek(bytes)
    this.#rest = this.#rest.subarray(found.length)
    this.position += found.length
    return found
  }

  /** As `take`, without consuming. */
  async peek(bytes: number): Promise<Buffer> {
    if (this.#rest.length < bytes && !this.#ended) await this.#gather(bytes)
    return this.#rest.subarray(0, bytes)
  }

  /** All that is at hand, at least `bytes` unless the end comes first. */
  async available(bytes: number): Promise<Buffer> {
    if (this.#rest.length < bytes && !this.#ended) await this.#gather(bytes)
    return this.#rest
  }

  /** Consumes part of what `peek` or `available` showed. */
  advance(bytes: number): void {
    this.#rest = this.#rest.subarray(bytes)
    this.position += bytes
  }

  async #gather(bytes: number): Promise<void> {
    const parts: Uint8Array[] = this.#rest.length > 0 ? [this.#rest] : []
    let held = this.#rest.length
    while (held < bytes) {
      const next = await this.#chunks.next()
      if (next.done) {
        this.#ended = true
        break
      }
      parts.push(next.value)
      held += next.value.length
    }
    const [only] = parts
    this.#rest = parts.length === 1 && only ? Buffer.from(only.buffer, only.byteOffset, only.length) : Buffer.concat(parts, held)
  }
}

const nothing = Buffer.alloc(0)
