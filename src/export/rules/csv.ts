// The indicators as CSV: for people's spreadsheets and for tools that take any column.
import type { Indicator } from "../../model/indicator.js"
import { everyType } from "./every-type.js"
import type { RuleExporter } from "./exporter.js"
import { plainText } from "./header.js"
import { remembered } from "./tame.js"

export const csv: RuleExporter = {
  name: "csv",
  title: "CSV",
  actions: ["alert"],
  capabilities: everyType("what the reader makes of it"),
  // A cell that begins so is run as a formula by spreadsheets, and a mark before it would make it another value.
  inexpressible: ({ value }) =>
    /^[=+\-@\t\r]/.test(value) ? "would run as a formula in a spreadsheet: use --to list or --to stix" : undefined,
  render: ({ indicators }) => [{ name: "sillage-indicators.csv", content: lines(indicators) }],
  checkers: [],
}

function* lines(indicators: readonly Indicator[]): Iterable<string> {
  const bulletinText = remembered(csvText)
  yield csvLine(["type", "value", "bulletin", "valid_from", "valid_until", "confidence", "tlp", "marks", "comment"])
  for (const one of indicators)
    yield csvLine([
      one.type,
      one.value,
      bulletinText(one.bulletin),
      one.validFrom ?? "",
      one.validUntil ?? "",
      one.confidence === undefined ? "" : String(one.confidence),
      one.tlp === undefined ? "" : `TLP:${one.tlp.toUpperCase()}`,
      one.marks.join(" "),
      one.comment === undefined ? "" : csvText(one.comment),
    ])
}

/** A cell of the publisher's text, which is no value: one line, and a leading formula mark gets an apostrophe. */
export function csvText(text: string): string {
  return plainText(text, 500).replace(/^[=+\-@]/, "'$&")
}

/** RFC 4180: quotes around what needs them, doubled inside. */
export function csvLine(cells: readonly string[]): string {
  let line = ""
  for (let at = 0; at < cells.length; at++) {
    const cell = cells[at] as string
    if (at > 0) line += ","
    line += isBare(cell) || !needsQuotes(cell) ? cell : `"${cell.replaceAll('"', '""')}"`
  }
  return `${line}\r\n`
}

/** Printable ASCII without quotes, commas and white space at the ends, as most cells are. */
function isBare(cell: string): boolean {
  for (let at = 0; at < cell.length; at++) {
    const code = cell.charCodeAt(at)
    if (code < 32 || code > 126 || code === 34 || code === 44) return false
  }
  return cell.charCodeAt(0) !== 32 && cell.charCodeAt(cell.length - 1) !== 32
}

function needsQuotes(cell: string): boolean {
  return /["\r\n,]/.test(cell) || cell.trim() !== cell
}
