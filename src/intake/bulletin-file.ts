// Bulletins from a file, a folder or standard input: read up to a limit, so that a file of a terabyte costs no more than the limit.
import { createHash } from "node:crypto"
import { open, stat } from "node:fs/promises"
import { basename } from "node:path"
import type { Bulletin } from "../model/bulletin.js"
import type { Problem } from "../model/problem.js"
import { textBytesMax } from "./decode.js"
import { readBulletin } from "./intake.js"

export interface BulletinFile {
  readonly bulletin: Bulletin
  /** The file's own name; `stdin` for standard input. */
  readonly name: string
  /** Hex, of the bytes read. */
  readonly sha256: string
}

export interface BulletinFiles {
  readonly files: readonly BulletinFile[]
  /** What could not be read at all. */
  readonly problems: readonly Problem[]
}

/** The same for a folder: a MISP feed with its manifest, or each of its files. */
export async function readBulletinFiles(path: string): Promise<BulletinFiles> {
  if (path === "-" || !(await stat(path)).isDirectory()) return { files: [await readBulletinFile(path)], problems: [] }
  // What speaks HTTP is not loaded for a file.
  const { pullFeed } = await import("./feeds/index.js")
  const files: BulletinFile[] = []
  const problems = new Map<string, Problem>()
  for (let cursor = {}, more = true; more; ) {
    const pulled = await pullFeed({ location: path, cursor })
    for (const { name, bytes } of pulled.documents) files.push({ bulletin: await readBulletin(name, bytes), name, sha256: sha256Of(bytes) })
    for (const problem of pulled.problems) problems.set(`${problem.where} ${problem.message}`, problem)
    cursor = pulled.cursor
    more = pulled.more ?? false
  }
  return { files, problems: [...problems.values()] }
}

function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex")
}

/** One more than is ever decoded, so that a cut is seen as one. */
const bytesMax = textBytesMax + 1
const pieceBytes = 1024 * 1024

/** Reads a bulletin from a path, `-` for standard input. Throws what the system throws where the file cannot be opened or read. */
export async function readBulletinFile(path: string): Promise<BulletinFile> {
  const name = path === "-" ? "stdin" : basename(path)
  const { bytes, size } = path === "-" ? await readStream(process.stdin) : await readPath(path)
  const bulletin = await readBulletin(name, bytes, size > bytes.length ? { size } : {})
  return { bulletin, name, sha256: sha256Of(bytes) }
}

interface Read {
  readonly bytes: Uint8Array
  /** Of the whole, as far as it is known. */
  readonly size: number
}

async function readPath(path: string): Promise<Read> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    // A pipe or a device has no size of its own.
    if (size === 0) return await readStream(file.createReadStream({ autoClose: false, highWaterMark: pieceBytes }))
    const bytes = new Uint8Array(Math.min(size, bytesMax))
    let at = 0
    while (at < bytes.length) {
      const { bytesRead } = await file.read(bytes, at, Math.min(bytes.length - at, 64 * pieceBytes), at)
      if (bytesRead === 0) break
      at += bytesRead
    }
    return { bytes: bytes.subarray(0, at), size }
  } finally {
    await file.close()
  }
}

async function readStream(stream: AsyncIterable<Uint8Array>): Promise<Read> {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of stream) {
    pieces.push(piece)
    size += piece.length
    if (size > bytesMax) break
  }
  const bytes = Buffer.concat(pieces)
  return { bytes: bytes.subarray(0, bytesMax), size }
}
