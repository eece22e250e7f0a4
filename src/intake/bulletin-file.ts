// A bulletin from a file or from standard input: read up to a limit, so that a file of a terabyte costs no more than the limit.
import { createHash } from "node:crypto"
import { open } from "node:fs/promises"
import { basename } from "node:path"
import type { Bulletin } from "../model/bulletin.js"
import { textBytesMax } from "./decode.js"
import { readBulletin } from "./intake.js"

export interface BulletinFile {
  readonly bulletin: Bulletin
  /** The file's own name; `stdin` for standard input. */
  readonly name: string
  /** Hex, of the bytes read. */
  readonly sha256: string
}

/** One more than is ever decoded, so that a cut is seen as one. */
const bytesMax = textBytesMax + 1
const pieceBytes = 1024 * 1024

/** Reads a bulletin from a path, `-` for standard input. Throws what the system throws where the file cannot be opened or read. */
export async function readBulletinFile(path: string): Promise<BulletinFile> {
  const name = path === "-" ? "stdin" : basename(path)
  const { bytes, size } = path === "-" ? await readStream(process.stdin) : await readPath(path)
  const bulletin = await readBulletin(name, bytes, size > bytes.length ? { size } : {})
  return { bulletin, name, sha256: createHash("sha256").update(bytes).digest("hex") }
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
