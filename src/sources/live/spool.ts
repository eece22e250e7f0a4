// Keeps what arrives without being a file (syslog, standard input, the journal) in files that are followed as any log is, so that a crash after
// receipt loses nothing. A file is deleted when it is full and searched; the whole is bounded.
import { closeSync, mkdirSync, openSync, readdirSync, statSync, unlinkSync, writeSync } from "node:fs"
import { join } from "node:path"

export interface SpoolOptions {
  readonly fileBytes?: number
  readonly bytesMax?: number
}

const fileBytesDefault = 64 * 1024 * 1024
const bytesMaxDefault = 1024 * 1024 * 1024
/** What is received is written at the latest when so much of it has come together. */
const pendingBytesMax = 256 * 1024

export class Spool {
  readonly folder: string
  /** Messages that found no room, in the spool or on the disk. */
  dropped = 0
  readonly #fileBytes: number
  readonly #bytesMax: number
  #fd: number | undefined
  #path = ""
  #size = 0
  #serial: number
  readonly #full: { readonly path: string; readonly bytes: number }[]
  #fullBytes = 0
  #pending: Buffer[] = []
  #pendingBytes = 0
  #pendingLines = 0
  #scheduled = false

  constructor(folder: string, options: SpoolOptions = {}) {
    this.folder = folder
    this.#fileBytes = options.fileBytes ?? fileBytesDefault
    this.#bytesMax = options.bytesMax ?? bytesMaxDefault
    // The file that is written to cannot be released: what is full with it alone would stay so.
    if (this.#bytesMax < this.#fileBytes + 2 * pendingBytesMax) throw new RangeError("a spool needs room for more than one file")
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const names = readdirSync(folder).filter((name) => /^\d{8}\.log$/.test(name))
    this.#full = names.sort().map((name) => ({ path: join(folder, name), bytes: statSync(join(folder, name)).size }))
    this.#fullBytes = this.#full.reduce((sum, { bytes }) => sum + bytes, 0)
    this.#serial = Number(names.at(-1)?.slice(0, 8) ?? 0)
  }

  /** No more is taken: who can wait, should. */
  get isFull(): boolean {
    return this.#bytes() >= this.#bytesMax
  }

  #bytes(): number {
    return this.#size + this.#pendingBytes + this.#fullBytes
  }

  /** One record of a sender that cannot wait: dropped and counted while the spool is full. */
  offer(record: Uint8Array): void {
    if (this.isFull) this.dropped++
    else this.add(record)
  }

  /** One record, without line ends inside; written within the same turn of the event loop. Who adds stops reading while the spool is full. */
  add(record: Uint8Array): void {
    this.#pending.push(Buffer.from(record), newline)
    this.#pendingBytes += record.length + 1
    this.#pendingLines++
    if (this.#pendingBytes >= pendingBytesMax) this.flush()
    else if (!this.#scheduled) {
      this.#scheduled = true
      setImmediate(() => {
        this.#scheduled = false
        this.flush()
      })
    }
  }

  /** Writes what is pending. On a full disk it is dropped and counted: it cannot be kept. */
  flush(): void {
    if (this.#pendingLines === 0) return
    const [bytes, lines] = [Buffer.concat(this.#pending), this.#pendingLines]
    this.#pending = []
    this.#pendingBytes = this.#pendingLines = 0
    try {
      const fd = this.#file()
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
      this.#size += bytes.length
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code !== "ENOSPC" && code !== "EDQUOT" && code !== "EIO") throw error
      this.dropped += lines
      // The next record begins a file of its own: this one may end within a record.
      this.#next()
    }
  }

  /** Deletes files that are full and searched, oldest first, while more than `keepBytes` are kept; never the newest. */
  release(searched: (path: string, bytes: number) => boolean, keepBytes: number): void {
    const newest = this.#fd === undefined ? this.#full.at(-1)?.path : this.#path
    for (let kept = this.#bytes(); kept > keepBytes; ) {
      const oldest = this.#full[0]
      if (!oldest || oldest.path === newest || !searched(oldest.path, oldest.bytes)) return
      unlinkSync(oldest.path)
      this.#full.shift()
      this.#fullBytes -= oldest.bytes
      kept -= oldest.bytes
    }
  }

  close(): void {
    this.flush()
    this.#next()
  }

  #file(): number {
    if (this.#fd !== undefined && this.#size >= this.#fileBytes) this.#next()
    if (this.#fd !== undefined) return this.#fd
    this.#path = join(this.folder, `${String(++this.#serial).padStart(8, "0")}.log`)
    this.#fd = openSync(this.#path, "ax", 0o600)
    return this.#fd
  }

  #next(): void {
    if (this.#fd === undefined) return
    closeSync(this.#fd)
    this.#full.push({ path: this.#path, bytes: this.#size })
    this.#fullBytes += this.#size
    this.#fd = undefined
    this.#size = 0
  }
}

const newline = Buffer.from("\n")
