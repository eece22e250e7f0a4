// Zeek's tab-separated logs, by their header; a part of one without its header by the columns all of them begin with.
import type { LineParser, LogFormat, ParseContext } from "../log-format.js"
import { finishRecord } from "./draft.js"
import { headLines, isText } from "./head.js"
import { parsedCharsMax } from "./lines.js"
import { type ZeekValues, zeekDraft, zeekLog } from "./zeek.js"

export const zeekTsv: LogFormat = {
  name: "zeek-tsv",
  title: "Zeek logs (TSV)",
  recognize(head) {
    if (!isText(head)) return 0
    const lines = headLines(head)
    if (
      lines.some((line) => /^#(?:separator|fields[\t ]|types[\t ])/.test(line)) &&
      lines.some((line) => line.startsWith("#fields\t") || line.startsWith("#separator"))
    )
      return 1
    return lines.length > 0 && lines.every((line) => headless.test(line)) ? 0.9 : 0
  },
  opening: /^#(?:separator |fields\t)/,
  headless: /^\d{9,10}\.\d{1,6}\t/,
  open: (context) => parser(context),
}

const headless = /^\d{9,10}\.\d{1,6}\t[CF][0-9A-Za-z]{8,24}\t[\da-fA-F.:]{2,45}\t\d{1,5}\t[\da-fA-F.:]{2,45}\t\d{1,5}\t/
const headlessFields = ["ts", "uid", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "proto"]

/** The header as it stands at some point of the file: it may change at rotation. */
interface Header {
  separator: string
  setSeparator: string
  empty: string
  unset: string
  log: string | undefined
  fields: readonly string[] | undefined
}

function parser(context: ParseContext): LineParser {
  const header: Header = { separator: "\t", setSeparator: ",", empty: "(empty)", unset: "-", log: undefined, fields: undefined }
  return {
    header: {
      prefix: "#",
      see(line) {
        see(line, header)
        return true
      },
    },
    parse(line) {
      if (line.startsWith("#")) return finishRecord(line, "zeek-tsv", { fields: {} }, context.roles)
      const values = valuesOf(line.length > parsedCharsMax ? line.slice(0, parsedCharsMax) : line, header)
      return values && finishRecord(line, "zeek-tsv", zeekDraft(values, header.log ?? zeekLog(values)), context.roles)
    },
  }
}

function see(line: string, header: Header): void {
  const separator = /^#separator\s+(\S+)/.exec(line)?.[1]
  if (separator !== undefined)
    header.separator = separator.replace(/\\x([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  const cut = line.indexOf(header.separator)
  const name = cut < 0 ? line : line.slice(0, cut)
  const rest = cut < 0 ? "" : line.slice(cut + header.separator.length)
  if (name === "#set_separator") header.setSeparator = rest || ","
  else if (name === "#empty_field") header.empty = rest
  else if (name === "#unset_field") header.unset = rest
  else if (name === "#path") header.log = rest.trim() || undefined
  else if (name === "#fields") header.fields = rest.split(header.separator).slice(0, 512)
}

/** Undefined if the line has no more columns than an ordinary sentence, or other ones than the header says. */
function valuesOf(line: string, header: Header): ZeekValues | undefined {
  const cells = line.split(header.separator, 600)
  const fields = header.fields ?? (headless.test(line) ? headlessFields : undefined)
  if (!fields || cells.length < Math.min(fields.length, 2) || (header.fields && cells.length > fields.length + 1)) return undefined
  const values = new Map<string, string | readonly string[]>()
  for (const [at, name] of fields.entries()) {
    const cell = cells[at]
    if (cell === undefined || cell === header.unset || cell === header.empty || cell === "") continue
    values.set(name, sets.has(name) ? cell.split(header.setSeparator).slice(0, 64) : cell)
  }
  return values
}

/** Columns that are sets or vectors in every version; others have no commas of their own. */
const sets: ReadonlySet<string> = new Set([
  "answers",
  "tx_hosts",
  "rx_hosts",
  "conn_uids",
  "rcptto",
  "to",
  "cc",
  "path",
  "tunnel_parents",
  "analyzers",
  "proxied",
  "san.dns",
  "uids",
  "resp_fuids",
  "orig_fuids",
  "sources",
])
