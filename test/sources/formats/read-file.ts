// Reads a whole input the way a hunt does: recognised, header lines seen, records parsed one by one.

import type { LogRecord } from "../../../src/model/log-record.js"
import type { Problem } from "../../../src/model/problem.js"
import { recognizeFormat } from "../../../src/sources/formats/index.js"
import { headerMark, openLines } from "../../../src/sources/formats/line-reader.js"
import type { LogFormat, RoleContext } from "../../../src/sources/log-format.js"
import { createRoleContext } from "../../../src/sources/roles.js"
import type { Sample } from "../../../src/sources/time/resolve.js"
import { readStamp } from "../../../src/sources/time/stamp.js"

export interface ReadRecord {
  readonly line: number
  readonly at: number
  readonly text: string
  readonly record: LogRecord
}

export interface ReadFile {
  readonly format: LogFormat
  /** Stamps of all lines, without a parse. */
  readonly samples: readonly Sample[]
  readonly records: readonly ReadRecord[]
  readonly problems: readonly Problem[]
}

export const plainRoles: RoleContext = createRoleContext({ own: [], trustedProxies: [] })

/** Only lines that are `wanted` are parsed, as in a hunt. */
export async function readFile(
  bytes: Uint8Array,
  name: string,
  roles: RoleContext = plainRoles,
  wanted: (text: string, line: number) => boolean = () => true,
): Promise<ReadFile> {
  const path = name
  const format = recognizeFormat(bytes.subarray(0, 65_536), name)
  const reader = openLines(format, { path, roles })
  const problems: Problem[] = []
  const records: ReadRecord[] = []
  const samples: Sample[] = []
  for (const line of format.decode ? await decoded(format, bytes, path, problems) : lines(bytes)) {
    if (!format.decode && line.text.startsWith(headerMark)) reader.see(line.text)
    if (line.text !== "" && !(reader.headerPrefix && line.text.startsWith(reader.headerPrefix))) {
      const record = wanted(line.text, line.line) ? reader.parse(line.text) : undefined
      if (record) records.push({ ...line, record })
      const stamp = record?.time ?? readStamp(line.text)?.stamp
      if (stamp) samples.push({ at: line.at, stamp })
    }
  }
  return { format, samples, records, problems }
}

function lines(bytes: Uint8Array): { line: number; at: number; text: string }[] {
  let at = 0
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    .toString("utf8")
    .split("\n")
    .map((text, index) => {
      const start = at
      at += Buffer.byteLength(text) + 1
      return { line: index + 1, at: start, text: text.replace(/\r$/, "") }
    })
}

async function decoded(
  format: LogFormat,
  bytes: Uint8Array,
  path: string,
  problems: Problem[],
): Promise<{ line: number; at: number; text: string }[]> {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    // Cut at an odd place, so that what spans chunks is tested everywhere.
    for (let at = 0; at < bytes.length; at += 61) yield bytes.subarray(at, Math.min(bytes.length, at + 61))
  }
  const found: { line: number; at: number; text: string }[] = []
  const input = {
    chunks: chunks(),
    whole: async () => bytes,
    path,
    mtimeMs: 0,
    report: (problem: Problem) => problems.push(problem),
    unsearched: () => {},
  }
  for await (const batch of (format.decode as NonNullable<LogFormat["decode"]>)(input)) {
    for (const record of batch) found.push({ line: record.line ?? record.record ?? 0, at: record.record ?? 0, text: record.text })
  }
  return found
}
