// Keeps the results of units until the whole hunt is settled: in memory while they are few, else in a temporary file without a name.
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { deserialize, serialize } from "node:v8"
import { isRuledOut, type UnitResult } from "./finding.js"

/** So many findings and samples are held in memory. */
const heldMax = 200_000

export interface Held {
  get(): UnitResult
}

export interface Shelf {
  put(result: UnitResult): Held
  close(): void
}

export function openShelf(): Shelf {
  let held = 0
  let file: { readonly fd: number; readonly folder: string; length: number } | undefined
  return {
    put(result) {
      // What an index rules out is small, as long as nobody looks at its samples.
      if (result.leaves.every(isRuledOut)) return { get: () => result }
      held += weightOf(result)
      if (held <= heldMax) return { get: () => result }
      file ??= temporary()
      const bytes = serialize(result)
      const { fd, length: at } = file
      for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, at + done)
      file.length += bytes.length
      return { get: () => deserialize(readWhole(fd, at, bytes.length)) as UnitResult }
    },
    close() {
      if (!file) return
      closeSync(file.fd)
      rmSync(file.folder, { recursive: true, force: true })
    },
  }
}

function weightOf({ leaves }: UnitResult): number {
  return leaves.reduce((sum, leaf) => {
    // Of what an index knows, samples are fetched when they are first looked at.
    const samples = leaf.ruledOut ? 0 : leaf.samples.length
    return sum + 1 + leaf.findings.length * 4 + samples + (leaf.decoys?.length ?? 0)
  }, 0)
}

function temporary(): { readonly fd: number; readonly folder: string; length: number } {
  const folder = mkdtempSync(join(tmpdir(), "sillage-hunt-"))
  const fd = openSync(join(folder, "results"), "w+", 0o600)
  // Its name goes at once, so that a killed hunt leaves nothing behind; Windows keeps it until it is closed.
  if (process.platform !== "win32") rmSync(folder, { recursive: true, force: true })
  return { fd, folder, length: 0 }
}

function readWhole(fd: number, at: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length)
  for (let done = 0; done < length; ) {
    const read = readSync(fd, bytes, done, length - done, at + done)
    if (read === 0) throw new Error("the temporary file of the hunt was cut off")
    done += read
  }
  return bytes
}
