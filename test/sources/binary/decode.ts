// Runs a binary format over bytes in memory, cut into chunks of any size.
import { existsSync, readdirSync, statSync } from "node:fs"
import { join } from "node:path"
import type { LogRecord } from "../../../src/model/log-record.js"
import type { Problem } from "../../../src/model/problem.js"
import type { DecodedRecord, LogFormat } from "../../../src/sources/log-format.js"
import { createRoleContext } from "../../../src/sources/roles.js"

export const sharedData = "../shared/data"
export const hasSharedData = existsSync(sharedData)
export const roles = createRoleContext({ own: [], trustedProxies: [] })

export interface Decoded {
  readonly records: readonly DecodedRecord[]
  readonly problems: readonly Problem[]
}

export async function decodeBytes(format: LogFormat, bytes: Uint8Array, chunkSize = 65_536): Promise<Decoded> {
  const problems: Problem[] = []
  const records: DecodedRecord[] = []
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += chunkSize) yield bytes.subarray(at, at + chunkSize)
  }
  const decode = format.decode
  if (!decode) throw new Error(`${format.name} does not decode`)
  const input = {
    chunks: chunks(),
    async whole(bytesMax: number) {
      if (bytes.length <= bytesMax) return bytes
      problems.push({ code: "limit", where: "input", message: "too large" })
      return undefined
    },
    path: "input",
    mtimeMs: 0,
    report: (problem: Problem) => problems.push(problem),
    unsearched: () => {},
  }
  for await (const batch of decode(input)) for (const record of batch) records.push(record)
  return { records, problems }
}

export function parseLine(format: LogFormat, line: string): LogRecord | undefined {
  return format.open({ path: "input", roles }).parse(line)
}

export function filesBelow(folder: string, ending: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => path.endsWith(ending) && statSync(path).isFile())
    .sort()
}
