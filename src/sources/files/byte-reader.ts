// Pulls bytes in order: from a file, from standard input, or out of a decompressor that itself pulls from another reader.

/** Delivers chunks in order. A chunk stays valid until the next call. */
export interface ByteSource {
  /** Undefined at the end. */
  next(): Promise<Uint8Array | undefined>
  /** Reads straight into the target, without a copy; 0 at the end. Absent where there is no such short way. */
  readonly readInto?: (target: Uint8Array) => number
  /** Told how many of the bytes delivered have been consumed; negative where that was undone. */
  readonly consumed?: (bytes: number) => void
  /** Nothing more will be asked for. */
  readonly stop?: () => Promise<void>
}

const nothing = new Uint8Array(0)

export class ByteReader {
  /** Bytes consumed so far. */
  position = 0
  readonly #source: ByteSource
  readonly #outer: ByteReader | undefined
  #chunk: Uint8Array = nothing
  /** Behind `#chunk`, where bytes were pushed back before it. */
  #later: Uint8Array = nothing
  #ended = false
  #failed = false

  /** `outer` is what the source itself reads from, if that is a reader. */
  constructor(source: ByteSource, outer?: ByteReader) {
    this.#source = source
    this.#outer = outer
  }

  /** Its end is no true end: the reason has been reported, so that readers further down need not report it again. */
  get broken(): boolean {
    return this.#failed || this.#outer?.broken === true
  }

  fail(): void {
    this.#failed = true
  }

  /** The bytes at hand, at least one, without consuming them; undefined at the end. Valid until the next call. */
  async view(): Promise<Uint8Array | undefined> {
    while (this.#chunk.length === 0) {
      if (!(await this.#pull())) return undefined
    }
    return this.#chunk
  }

  /** Consumes part of what `view` or `peek` showed. */
  advance(bytes: number): void {
    if (bytes > this.#chunk.length) throw new RangeError(`advance ${bytes} beyond ${this.#chunk.length}`)
    this.#chunk = this.#chunk.subarray(bytes)
    this.position += bytes
    this.#source.consumed?.(bytes)
  }

  /** Undoes an `advance` over these bytes. */
  pushBack(bytes: Uint8Array): void {
    if (this.#later.length > 0) throw new RangeError("pushed back twice")
    this.#later = this.#chunk
    this.#chunk = bytes
    this.position -= bytes.length
    this.#source.consumed?.(-bytes.length)
  }

  /** The next `bytes` bytes, fewer only at the end, without consuming them. */
  async peek(bytes: number): Promise<Uint8Array> {
    if (this.#chunk.length < bytes) await this.#gather(bytes)
    return this.#chunk.subarray(0, bytes)
  }

  /** Consumes `bytes` bytes; a copy of them, shorter only at the end. */
  async read(bytes: number): Promise<Uint8Array> {
    const found = copyOf(await this.peek(bytes))
    this.advance(found.length)
    return found
  }

  /** Fills the target from its start; the bytes read, fewer than asked only where that costs a wait, 0 only at the end. */
  async readInto(target: Uint8Array): Promise<number> {
    if (this.#chunk.length === 0 && this.#later.length === 0 && !this.#ended && this.#source.readInto) {
      const read = this.#source.readInto(target)
      if (read === 0) this.#ended = true
      this.position += read
      return read
    }
    const view = await this.view()
    if (!view) return 0
    const read = Math.min(view.length, target.length)
    copyInto(target, read < view.length ? view.subarray(0, read) : view)
    this.advance(read)
    return read
  }

  /** Consumes up to `bytes` bytes; how many there were. */
  async skip(bytes: number): Promise<number> {
    let skipped = 0
    while (skipped < bytes) {
      const view = await this.view()
      if (!view) break
      const step = Math.min(view.length, bytes - skipped)
      this.advance(step)
      skipped += step
    }
    return skipped
  }

  async #gather(bytes: number): Promise<void> {
    const parts: Uint8Array[] = []
    let held = 0
    do {
      parts.push(copyOf(this.#chunk))
      held += this.#chunk.length
      this.#chunk = nothing
    } while (held < bytes && (await this.#pull()))
    this.#chunk = concat(parts, held)
  }

  async #pull(): Promise<boolean> {
    if (this.#later.length > 0) {
      this.#chunk = this.#later
      this.#later = nothing
      return true
    }
    if (this.#ended) return false
    const chunk = await this.#source.next()
    if (chunk) this.#chunk = chunk
    else this.#ended = true
    return !this.#ended
  }
}

/**
 * Copies bytes to the start of the target. `set` would do so byte by byte where the target is shared between threads, unless both begin at the same
 * distance from a word's start; `fill` with as many bytes as there is room for is a plain copy.
 */
export function copyInto(target: Uint8Array, bytes: Uint8Array): void {
  if (bytes.length > 0) Buffer.from(target.buffer, target.byteOffset, bytes.length).fill(bytes)
}

/** Not `slice`, which on a Buffer is a view of the same bytes. */
export function copyOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes)
}

/** The first `bytes` bytes of a reader, as a source of its own. What is consumed of it is consumed of the reader at once. */
export function limited(reader: ByteReader, bytes: number): ByteSource {
  let left = bytes
  /** Of the reader's view, delivered and not consumed. */
  let shown = 0
  /** Consumed of the reader, since more was asked for, and not yet by the one who asked. */
  let ahead = 0
  const advance = (by: number) => {
    reader.advance(by)
    shown -= by
    left -= by
  }
  return {
    async next() {
      ahead += shown
      advance(shown)
      const view = left > 0 ? await reader.view() : undefined
      if (!view) return undefined
      shown = Math.min(view.length, left)
      return view.subarray(0, shown)
    },
    consumed(by) {
      const known = Math.min(by, ahead)
      ahead -= known
      advance(by - known)
    },
  }
}

/** A source out of a generator of chunks. */
export function sourceOf(chunks: AsyncIterable<Uint8Array>): ByteSource {
  const iterator = chunks[Symbol.asyncIterator]()
  return {
    async next() {
      const { done, value } = await iterator.next()
      return done ? undefined : value
    },
    async stop() {
      await iterator.return?.()
    },
  }
}

function concat(parts: readonly Uint8Array[], length: number): Uint8Array {
  const joined = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}
