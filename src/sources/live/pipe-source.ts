// Lines that come through a pipe, kept in a spool: standard input, or a program that follows the system's journal.
import { spawn } from "node:child_process"
import { readdirSync } from "node:fs"
import { open } from "node:fs/promises"
import { join } from "node:path"
import type { Readable } from "node:stream"
import { lineBytesMax, takePieces } from "./pieces.js"
import type { Spool } from "./spool.js"

export interface PipeSource {
  /** Resolves when no more will come: the end of the input, with the reason if it is none that was asked for. */
  readonly ended: Promise<string | undefined>
  close(): void
}

const waitMs = 50

/** Lines of a stream into the spool; the stream waits while it is full. */
export function spoolLines(stream: Readable, spool: Spool): PipeSource {
  let stopped = false
  const run = async (): Promise<string | undefined> => {
    let rest: Buffer = Buffer.alloc(0)
    try {
      for await (const chunk of stream) {
        rest = addLines(rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]), spool)
        while (spool.isFull && !stopped) await new Promise((resume) => setTimeout(resume, waitMs))
        if (stopped) break
      }
    } catch (error) {
      if (!stopped) return (error as Error).message
    }
    if (rest.length > 0) spool.add(rest)
    spool.flush()
    return undefined
  }
  return {
    ended: run(),
    close() {
      stopped = true
      stream.destroy()
    },
  }
}

function addLines(bytes: Buffer, spool: Spool): Buffer {
  let from = 0
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
    const stop = end > from && bytes[end - 1] === 13 ? end - 1 : end
    if (stop > from) spool.add(bytes.subarray(from, stop))
    from = end + 1
  }
  return Buffer.from(bytes.subarray(takePieces(bytes, from, bytes.length, (piece) => spool.add(piece))))
}

/** Follows the system's journal from where the spool ends, or from now. */
export async function spoolJournal(spool: Spool, program = "journalctl"): Promise<PipeSource> {
  const cursor = await lastCursor(spool.folder)
  const from = cursor === undefined ? ["--lines=0"] : [`--after-cursor=${cursor}`]
  const child = spawn(program, ["--follow", "--output=json", "--no-pager", "--quiet", ...from], { stdio: ["ignore", "pipe", "pipe"] })
  let complaint = ""
  child.stderr.on("data", (data) => {
    complaint = `${complaint}${data}`.slice(-500)
  })
  const lines = spoolLines(child.stdout, spool)
  let stopped = false
  const ended = new Promise<string | undefined>((resolve) => {
    child.once("error", (error) => resolve(`${program} cannot be run: ${error.message}`))
    child.once("close", (code) => resolve(stopped ? undefined : `${program} ended with ${code}: ${complaint.trim()}`))
  })
  return {
    ended: Promise.all([ended, lines.ended]).then(([reason]) => reason),
    close() {
      stopped = true
      child.kill()
      lines.close()
    },
  }
}

/** The journal's own name for the last entry that was kept. */
async function lastCursor(folder: string): Promise<string | undefined> {
  for (const name of readdirSync(folder).sort().reverse()) {
    const file = await open(join(folder, name))
    try {
      const { size } = await file.stat()
      const from = Math.max(0, size - 2 * lineBytesMax)
      const bytes = Buffer.alloc(size - from)
      await file.read(bytes, 0, bytes.length, from)
      const found = [...bytes.toString("latin1").matchAll(/"__CURSOR"\s*:\s*"([^"\\]+)"[^\n]*\n/g)].at(-1)?.[1]
      if (found !== undefined) return found
    } finally {
      await file.close()
    }
  }
  return undefined
}
