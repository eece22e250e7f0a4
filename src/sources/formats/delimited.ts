// CSV, TSV and other separated values whose first line names the columns: exports of SIEMs, event viewers and firewalls.
import type { LineParser, LogFormat, ParseContext } from "../log-format.js"
import { splitCsv } from "./csv-line.js"
import { type Draft, finishRecord } from "./draft.js"
import { headLines, isText } from "./head.js"
import type { HeadedFormat } from "./headed-format.js"
import { windowsDraft } from "./json/windows-event.js"
import { parsedCharsMax } from "./lines.js"
import { type Entry, fieldOfKey, normalKey, plainDraft } from "./plain-keys.js"

const separators = [",", "\t", ";", "|", " "] as const
/** Two columns may be chance. */
const columnsMin = 3

interface Columns {
  readonly separator: string
  readonly names: readonly string[]
}

export const delimited: HeadedFormat = {
  name: "csv",
  title: "CSV and TSV with a header line",
  headed: true,
  recognize(head) {
    if (!isText(head)) return 0
    const lines = headLines(head)
    const columns = columnsOf(lines[0] ?? "")
    if (!columns) return 0
    const fitting = lines.slice(1).filter((line) => Math.abs(splitCsv(line, columns.separator).length - columns.names.length) <= 1)
    return lines.length === 1 ? 0.4 : fitting.length >= (lines.length - 1) * 0.6 ? 0.85 : 0
  },
  open: (context) => parser(context, undefined),
  forHead(head): LogFormat {
    const columns = columnsOf(headLines(head)[0] ?? "")
    return { ...delimited, open: (context) => parser(context, columns) }
  },
}

/** The columns that a first line names: separated words, at least one of them a known key, and none of them a value. */
export function columnsOf(line: string): Columns | undefined {
  const bare = line.replace(/^\uFEFF/, "").replace(/^sep=.\s*$/i, "")
  for (const separator of separators) {
    const names = splitCsv(bare, separator).map((name) => name.trim())
    if (names.length < columnsMin || names.length > 500) continue
    if (
      !names.every(
        (name) =>
          name === "" || (/^[A-Za-z_@#$({\p{L}][\p{L}\w .:/()@{}\-[\]$#%]{0,80}$/u.test(name) && !/\d{1,3}\.\d{1,3}\.\d{1,3}/.test(name)),
      )
    )
      continue
    const known = names.filter((name) => known0(name))
    if (known.length >= 2 || (known.length >= 1 && separator !== " " && names.length >= 4)) return { separator, names }
  }
  return undefined
}

function known0(name: string): boolean {
  return (
    fieldOfKey(name) !== undefined ||
    /^(?:timestamp|date|time|datetime|eventtime|_time|starttime|level|severity|message|eventid|taskcategory|source|srcaddr|dstaddr|version|action|accountid|bytes)/.test(
      normalKey(name),
    )
  )
}

/** Headings that one file has had: of more, the last ones are kept. */
const headingsMax = 8

/** The file may go on with other columns, as when a shipper joins exports: then a line is read by the last heading that has as many cells as it. */
function parser(context: ParseContext, given: Columns | undefined): LineParser {
  let headings: readonly Columns[] = given ? [given] : []
  const note = (columns: Columns): boolean => {
    const known = headings.find((one) => one.separator === columns.separator && one.names.join("\n") === columns.names.join("\n"))
    if (known === undefined && !isHeading(columns)) return false
    headings = [...headings.filter((one) => one !== known), known ?? columns].slice(-headingsMax)
    return true
  }
  return {
    header: {
      prefix: "",
      see(line) {
        const columns = line.length > parsedCharsMax ? undefined : columnsOf(line)
        return columns !== undefined && note(columns)
      },
    },
    parse(line) {
      const head = line.length > parsedCharsMax ? line.slice(0, parsedCharsMax) : line
      const own = columnsOf(head)
      if (own) {
        if (headings.length === 0) headings = [own]
        return finishRecord(line, "csv", { fields: {} }, context.roles)
      }
      const columns = headings.length > 1 ? headings.findLast((one) => isAsWide(head, one)) : headings[0]
      const entries = entriesOf(head, columns ?? headings.at(-1))
      return entries && finishRecord(line, "csv", draftOf(entries), context.roles)
    },
  }
}

/** Below the first line more is asked of a heading: a record of words alone, or a line of a quoted text, is none. */
function isHeading({ separator, names }: Columns): boolean {
  const known = names.filter((name) => known0(name))
  return separator !== " " && known.length >= 2 && names.every((name) => name !== "") && new Set(names).size === names.length
}

function isAsWide(line: string, { separator, names }: Columns): boolean {
  return splitCsv(line, separator, names.length + 2).length === names.length
}

function entriesOf(line: string, columns: Columns | undefined): readonly Entry[] | undefined {
  if (!columns) return undefined
  const { separator, names } = columns
  const cells = splitCsv(line, separator, names.length + 8)
  // The last column of a damaged or multi-line record may lack; one more is a stray separator.
  if (cells.length < Math.min(3, names.length) || cells.length > names.length + 4) return undefined
  return names.flatMap((key, at): Entry[] => {
    const value = cells[at]?.trim()
    return value === undefined || value === "" || value === "-" ? [] : [{ key, value }]
  })
}

function draftOf(entries: readonly Entry[]): Draft {
  const keys = new Set(entries.map(({ key }) => normalKey(key)))
  if (keys.has("eventid") && (keys.has("computer") || keys.has("channel") || keys.has("taskcategory")))
    return { ...plainDraft(entries), ...windowsDraft(entries) }
  const draft = plainDraft(entries)
  const [start, end] = [draft.fields["event.start"], draft.fields["event.end"]]
  return start !== undefined && end !== undefined
    ? {
        ...draft,
        time: plainDraft([{ key: "timestamp", value: start as string }]).time ?? draft.time,
        end: plainDraft([{ key: "timestamp", value: end as string }]).time,
      }
    : draft
}
