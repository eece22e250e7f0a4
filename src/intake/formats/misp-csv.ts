// The CSV export of MISP: one attribute a row, typed with MISP's own names.
import { readRows } from "../delimited.js"
import { parseInstant } from "../marking.js"
import type { BulletinFormat } from "./format.js"
import { claimMisp } from "./misp.js"

export const mispCsv: BulletinFormat = {
  name: "misp-csv",
  title: "MISP CSV export",
  recognize({ head }) {
    const first = head.slice(0, 4096).split(/\r?\n/, 1)[0]!.replace(/"/g, "")
    return /^\ufeff?uuid,event_id,category,type,value/.test(first) ? 1 : 0
  },
  parse(input, draft) {
    let headings: readonly string[] | undefined
    for (const row of readRows(input.pieces(), ",")) {
      if (!headings) {
        headings = row.cells.map((cell) => cell.trim())
        continue
      }
      if (row.cells.length === 1 && row.cells[0]!.trim() === "") continue
      const where = `${input.name}:${row.line}`
      if (row.fault)
        draft.problem(row.fault === "limit" ? "limit" : "malformed", where, "a cell that is too long or whose quote is never closed")
      const cell = (name: string) => row.cells[headings!.indexOf(name)]?.trim()
      if (row.cells.length < headings.indexOf("value") + 1) {
        draft.problem("malformed", where, "a row without a value column")
        continue
      }
      const toIds = cell("to_ids")
      draft.published ??= parseInstant(cell("date"))?.slice(0, 10) ?? null
      draft.title ??= cell("event_info") ?? null
      claimMisp(
        cell("type") ?? "",
        cell("value") ?? "",
        {
          provenance: where,
          toIds: toIds === undefined || toIds === "" ? undefined : toIds === "1",
          comment: cell("comment"),
          withdrawn: cell("deleted") === "1",
          validFrom: parseInstant(cell("first_seen")),
          validUntil: parseInstant(cell("last_seen")),
        },
        draft,
      )
    }
  },
}
