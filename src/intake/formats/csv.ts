// Delimited tables of any layout: CSV, TSV, semicolons; with headings or typed by their values.
import { readableShare } from "../columns.js"
import { readRows } from "../delimited.js"
import { layoutOf, readTable } from "../table.js"
import type { BulletinFormat } from "./format.js"

export const csv: BulletinFormat = {
  name: "csv",
  title: "CSV or TSV of any layout",
  recognize({ head }) {
    if (/^\s*[{<]/.test(head) || /^\s*\[\s*[\]{"\d[]/.test(head)) return 0
    const layout = layoutOf(head)
    // Lines between bars are a table of Markdown or AsciiDoc inside a text.
    if (!layout || (layout.delimiter === "|" && /^[ \t]*\|/m.test(head))) return 0
    // A table is one only if its value columns hold values in most rows; running text with commas does not.
    const at = layout.roles.findIndex(({ kind }) => kind === "value")
    const cells: string[] = []
    for (const row of readRows(head, layout.delimiter)) {
      if (row.cells.length > 1 || layout.roles.length === 1) cells.push(row.cells[at] ?? "")
      if (cells.length > 200) break
    }
    const share = readableShare(layout.headed ? cells.slice(1) : cells)
    if (layout.headed) return share >= 0.3 || cells.length <= 6 ? 0.75 : 0.45
    return share >= 0.6 ? 0.65 : 0.1
  },
  parse(input, draft) {
    const layout = layoutOf(input.head)
    if (layout) readTable(input.pieces(), input.name, layout, draft)
    else draft.problem("malformed", input.name, "no table: no column holds indicators")
  },
}
