// A look at the head of every file and member: what it was taken for, and how much of it was understood.
import type { Fields, LogRecord } from "../model/log-record.js"
import type { Problem } from "../model/problem.js"
import { formatInstant } from "../model/time.js"
import { discover, type Leaf, openLeaves } from "../sources/files/files.js"
import { recognizeFormat } from "../sources/formats/index.js"
import type { LogFormat } from "../sources/log-format.js"
import { createRoleContext } from "../sources/roles.js"
import { resolveTime } from "../sources/time/resolve.js"

export interface FileView {
  readonly path: string
  readonly member?: string
  readonly format: string
  readonly title: string
  /** RFC 3339, UTC, of the first dated record looked at. */
  readonly first: string | null
  /** Records looked at, and how many of them the format could read. */
  readonly looked: number
  readonly understood: number
  /** Of the first record understood. */
  readonly fields: Fields
  readonly problems: readonly Problem[]
}

const recordsLooked = 200

export async function* inspect(paths: readonly string[], tz: string | undefined): AsyncGenerator<FileView> {
  for await (const unit of discover(paths)) {
    for await (const leaf of openLeaves(unit)) yield await viewOf(unit.path, leaf, tz)
  }
}

async function viewOf(path: string, leaf: Leaf, tz: string | undefined): Promise<FileView> {
  const bytes = await leaf.peekBytes()
  const binary = recognizeFormat(bytes, leaf.name)
  const head = binary.decode ? bytes : await leaf.peek()
  const format = binary.decode ? binary : recognizeFormat(head, leaf.name)
  const problems: Problem[] = []
  const lines = format.decode ? await firstRecords(leaf, format, problems) : firstLines(head)
  const parser = format.open({ path: leaf.where, roles: createRoleContext({ own: [], trustedProxies: [] }) })
  const records: LogRecord[] = []
  let looked = 0
  for (const line of lines) {
    if (parser.header && line.startsWith(parser.header.prefix)) {
      parser.header.see(line)
      continue
    }
    looked++
    const record = parser.parse(line)
    if (record) records.push(record)
  }
  const dated = records.find((record) => record.time)
  const time = dated && resolveTime(dated, 0, { path: leaf.where, mtimeMs: leaf.mtimeMs, samples: [], ...(tz === undefined ? {} : { tz }) })
  return {
    path,
    ...(leaf.member === undefined ? {} : { member: leaf.member }),
    format: format.name,
    title: format.title,
    first: time?.earliest == null ? null : formatInstant(time.earliest),
    looked,
    understood: records.filter((record) => Object.keys(record.fields).length > 0 || record.time).length,
    fields: records.find((record) => Object.keys(record.fields).length > 0)?.fields ?? {},
    problems: [...leaf.problems, ...problems],
  }
}

function firstLines(head: Uint8Array): readonly string[] {
  return Buffer.from(head.buffer, head.byteOffset, head.length)
    .toString("utf8")
    .split(/\r?\n/)
    .filter((line) => line !== "")
    .slice(0, recordsLooked)
}

async function firstRecords(leaf: Leaf, format: LogFormat, problems: Problem[]): Promise<readonly string[]> {
  const lines: string[] = []
  for await (const records of (format.decode as NonNullable<LogFormat["decode"]>)(
    leaf.decodeInput((problem) => problems.push(problem), "bytes"),
  )) {
    lines.push(...records.map((record) => record.text))
    if (lines.length >= recordsLooked) break
  }
  return lines.slice(0, recordsLooked)
}
