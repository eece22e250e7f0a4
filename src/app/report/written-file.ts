// Writes one file of a report or a case, and says what was written.
import { createHash } from "node:crypto"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { UsageError } from "../../model/problem.js"

export interface Written {
  readonly name: string
  readonly bytes: number
  readonly sha256: string
}

export function writeFile(out: string, name: string, content: string | Uint8Array): Written {
  const bytes = typeof content === "string" ? Buffer.from(content, "utf8") : content
  try {
    mkdirSync(out, { recursive: true })
    writeFileSync(join(out, name), bytes)
  } catch (error) {
    throw new UsageError(`cannot write ${join(out, name)}: ${(error as Error).message}`)
  }
  return { name, bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") }
}
