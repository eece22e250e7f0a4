// A private copy of a decoded content on disk, for formats that need random access: made with a bound, readable by its owner only, removed at the end.
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { DecodeInput } from "../../log-format.js"

export interface Spool {
  readonly path: string
  readonly size: number
  /** Bytes [from, to), fewer at the end. */
  read(from: number, to: number): Buffer
  /** Overwrites bytes of the copy, before another library opens it. */
  patch(at: number, bytes: Uint8Array): void
  remove(): void
}

/** Undefined, with a `limit` problem, where the content is larger than `bytesMax`; with `unreadable`, where no copy can be written. */
export async function spool(input: DecodeInput, bytesMax: number): Promise<Spool | undefined> {
  let folder: string | undefined
  let fd: number | undefined
  try {
    folder = mkdtempSync(join(tmpdir(), `sillage-${process.pid}-`))
    const path = join(folder, "content")
    fd = openSync(path, "wx+", 0o600)
    const size = await copyInto(fd, input, bytesMax)
    if (size !== undefined) return spoolOf(folder, path, fd, size)
    input.report({
      code: "limit",
      where: input.path,
      message: `larger than ${bytesMax} bytes, and its format needs random access: not searched; export it as JSON lines`,
    })
  } catch (error) {
    if (!(error instanceof Error && "syscall" in error)) throw error
    input.report({
      code: "unreadable",
      where: input.path,
      message: `no working copy can be written to ${tmpdir()} (${error.message}): make room there or set TMPDIR`,
    })
  }
  if (fd !== undefined) closeSync(fd)
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  input.unsearched()
  return undefined
}

async function copyInto(fd: number, input: DecodeInput, bytesMax: number): Promise<number | undefined> {
  let size = 0
  for await (const chunk of input.chunks) {
    size += chunk.length
    if (size > bytesMax) return undefined
    for (let at = 0; at < chunk.length; ) at += writeSync(fd, chunk, at, chunk.length - at)
  }
  return size
}

function spoolOf(folder: string, path: string, fd: number, size: number): Spool {
  return {
    path,
    size,
    read(from, to) {
      const bytes = Buffer.alloc(Math.max(0, Math.min(to, size) - from))
      let filled = 0
      while (filled < bytes.length) {
        const length = readSync(fd, bytes, filled, bytes.length - filled, from + filled)
        if (length === 0) break
        filled += length
      }
      return bytes.subarray(0, filled)
    },
    patch: (at, bytes) => void writeSync(fd, bytes, 0, bytes.length, at),
    remove() {
      closeSync(fd)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
