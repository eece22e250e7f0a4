// Tables of indicators, from whatever delimited text: which column holds what, then every row into claims.
import { parsePap, parseTlp, strictest, type Tlp } from "../model/tlp.js"
import type { ClaimContext, StatedType } from "./claim.js"
import { kindOfWord, type Role, readableShare, roleOfHeading } from "./columns.js"
import { guessDelimiter, type Row, readRows } from "./delimited.js"
import { detached } from "./detached.js"
import type { BulletinDraft } from "./draft.js"
import { claimMisp, mispReading } from "./formats/misp.js"
import { actorOfTag, papOfTag, parseConfidence, parseInstant, techniquesIn, tlpOfTag } from "./marking.js"
import { looksLikePattern, patternTerms } from "./stix-terms.js"
import { readValue } from "./value.js"

export interface Layout {
  readonly delimiter: string
  readonly roles: readonly Role[]
  /** The first row is headings. */
  readonly headed: boolean
}

/** The layout of a table; undefined if the text is none. */
export function layoutOf(head: string): Layout | undefined {
  const delimiter = guessDelimiter(head)
  const rows = firstRows(head, delimiter ?? ",")
  const first = rows[0]
  if (!first) return undefined
  const above = commentedHeadings(head, delimiter ?? ",", first.cells.length)
  const stated = above ?? first.cells.map(roleOfHeading)
  const known = stated.filter((role) => role !== undefined).length
  const headed =
    above === undefined &&
    known > 0 &&
    known >= first.cells.length / 3 &&
    !first.cells.some((cell) => readableShare([cell]) === 1 && roleOfHeading(cell) === undefined)
  if (delimiter === undefined && !(headed && first.cells.length === 1)) return undefined
  const width = Math.max(...rows.map(({ cells }) => cells.length))
  const body = headed || (above === undefined && looksLikeHeading(first, rows.slice(1))) ? rows.slice(1) : rows
  const named = headed || above !== undefined
  const roles = Array.from({ length: width }, (_, at): Role => (named ? stated[at] : undefined) ?? { kind: "ignored" })
  for (const [at, { kind }] of roles.entries())
    if (kind === "type" && !body.some(({ cells }) => isKindWord(cells[at] ?? ""))) roles[at] = { kind: "ignored" }
  if (!roles.some(({ kind }) => kind === "value")) byContent(roles, stated, body, named)
  return roles.some(({ kind }) => kind === "value") ? { delimiter: delimiter ?? ",", roles, headed: body.length < rows.length } : undefined
}

/** Reads every row of a table, given in pieces, into the draft. */
export function readTable(text: Iterable<string>, name: string, layout: Layout, draft: BulletinDraft): void {
  const { roles } = layout
  const valueAt = roles.flatMap((role, at) => (role.kind === "value" ? [at] : []))
  const typeAt = roles.findLastIndex(({ kind }) => kind === "type")
  const asides = roles.flatMap((role, at) =>
    role.kind === "value" || role.kind === "type" ? [] : [{ kind: role.kind, at, memo: new Map<string, unknown>() }],
  )
  let first = layout.headed
  let begun = false
  for (const row of readRows(text, layout.delimiter)) {
    if (isAside(row)) {
      if (begun) leaveAside(row, valueAt, `${name}:${row.line}`, draft)
      continue
    }
    begun = true
    if (first) {
      first = false
      continue
    }
    const where = `${name}:${row.line}`
    if (row.fault === "limit") draft.problem("limit", where, "a cell or a row is too long; what is beyond the limit was not read")
    if (row.fault === "quote") draft.problem("malformed", where, "a quote is never closed; the cell is read as it stands")
    const context = asides.length > 0 ? readAsides(row, asides, where, draft) : { provenance: where }
    let filled = false
    for (const at of valueAt) {
      const cell = row.cells[at]
      if (cell === undefined || cell.trim() === "") continue
      filled = true
      claimCell(cell, (roles[at] as { readonly type: StatedType }).type, typeAt >= 0 ? row.cells[typeAt] : undefined, context, draft)
    }
    if (!filled) draft.leave("unknown", "", "indicator-empty", "a row without a value", where)
  }
}

type Context = ClaimContext

function claimCell(cell: string, columnType: StatedType, word: string | undefined, context: Context, draft: BulletinDraft): void {
  if (word?.trim() && columnType === "any") {
    const kind = kindOfWord(word)
    if (kind) draft.claimAs(kind, cell, context)
    else claimMisp(word, cell, context, draft)
    return
  }
  if (!looksLikePattern(cell)) {
    for (const value of valuesOf(cell, columnType)) draft.claimAs(columnType, value, context)
    return
  }
  const terms = patternTerms(cell.trim())
  if ("message" in terms) {
    draft.claimAs(columnType, cell, context)
    return
  }
  for (const { type, value } of terms.claims) draft.claimAs(type, value, context)
  for (const { type, value, reason } of terms.unsupported) draft.leave(type, value, "indicator-unsupported", reason, context.provenance)
}

/** One value, or several that a cell lists: `md5;sha1;sha256`, addresses between commas or line breaks. */
function valuesOf(cell: string, type: StatedType): readonly string[] {
  if (!/[;,|\s]/.test(cell.trim()) || "found" in readValue(type, cell)) return [cell]
  const parts = cell.split(/[;,|\s]+/).filter((part) => part !== "")
  return parts.length > 1 && parts.every((part) => "found" in readValue(type, part)) ? parts : [cell]
}

/** A column that says something beside the values, and what its cells were read as: most repeat from row to row. */
interface Aside {
  readonly kind: Exclude<Role["kind"], "value" | "type">
  readonly at: number
  readonly memo: Map<string, unknown>
}

/** What a row says beside its values; document-wide cells, equal in every row, are read once. */
function readAsides(row: Row, asides: readonly Aside[], where: string, draft: BulletinDraft): Context {
  const context: { -readonly [Key in keyof Context]: Context[Key] } = { provenance: where }
  for (const { kind, at, memo } of asides) {
    const cell = row.cells[at]?.trim()
    if (cell === undefined || cell === "") continue
    switch (kind) {
      case "link":
        for (const link of cell.split(/[\s,]+(?=https?:)/))
          draft.leave("url", link, "indicator-reference", "a reference link of its row", where)
        break
      case "ignored":
        // A column of unknown meaning that holds addresses of pages: nothing that a document says is dropped in silence.
        if (cell.charCodeAt(0) === 104 && /^https?:\/\//.test(cell))
          draft.leave("url", cell, "indicator-reference", "a link in a column that is none of indicators", where)
        break
      case "tlp": {
        const tlp = remembered(memo, cell, parseTlp)
        if (tlp) context.tlp = tlp
        draft.tlp = strictest(draft.tlp, tlp)
        break
      }
      case "pap":
        draft.pap = parsePap(cell) ?? draft.pap
        break
      case "validFrom":
      case "validUntil":
        context[kind] = remembered(memo, cell, parseInstant)
        break
      case "confidence":
        context.confidence = remembered(memo, cell, parseConfidence)
        break
      case "comment":
        context.comment = remembered(memo, cell, detached)
        break
      case "toIds":
        context.toIds = /^(?:1|true|yes|oui|y)$/i.test(cell)
        break
      case "withdrawn":
        context.withdrawn = /^(?:1|true|yes|oui|y)$/i.test(cell)
        break
      case "techniques":
        context.techniques = remembered(memo, cell, () =>
          [...new Set([...techniquesIn(cell), ...cell.split(/\s*,\s*/).map((phase) => phase.replace(/\s*\(.*\)$/, ""))])].filter(
            (phase) => phase !== "",
          ),
        )
        break
      case "actor":
        remembered(memo, cell, () => readActors(cell, where, draft))
        break
      case "title":
        draft.title ??= cell
        break
      case "published":
        draft.published ??= cell
        break
      case "publisher":
        draft.publisher ??= cell
        break
      case "tags":
        context.tlp = strictest(
          context.tlp,
          remembered(memo, cell, () => readTags(cell, where, draft)),
        )
        break
    }
  }
  return context
}

/** `['APT31', 'X']` as Python writes it, or names between commas. */
function readActors(cell: string, where: string, draft: BulletinDraft): true {
  const listed = /^\[(.*)\]$/s.exec(cell)?.[1]
  for (const part of (listed ?? cell).split(/\s*[,;|]\s*/)) {
    const name = part.trim().replace(/^u?(['"])(.*)\1$/, "$2")
    if (name) draft.actor(name, where)
  }
  return true
}

function readTags(cell: string, where: string, draft: BulletinDraft): Tlp | undefined {
  let tlp: Tlp | undefined
  for (const tag of cell.match(/[\w-]+:[^=,"]+(?:="[^"]*")?/g) ?? []) {
    tlp = strictest(tlp, tlpOfTag(tag))
    draft.pap = papOfTag(tag) ?? draft.pap
    const actor = actorOfTag(tag)
    if (actor) draft.actor(actor, where)
    if (/^cossi:/i.test(tag)) draft.publisher ??= "CERT-FR"
  }
  draft.tlp = strictest(draft.tlp, tlp)
  return tlp
}

const rememberedMax = 10_000

function remembered<Value>(memo: Map<string, unknown>, key: string, make: (key: string) => Value): Value {
  const known = memo.get(key)
  if (known !== undefined) return known as Value
  const value = make(key)
  if (memo.size < rememberedMax) memo.set(detached(key), value)
  return value
}

function firstRows(head: string, delimiter: string): readonly Row[] {
  const rows: Row[] = []
  for (const row of readRows(head, delimiter)) {
    if (isAside(row)) continue
    rows.push(row)
    if (rows.length >= 60) break
  }
  // The last row of a head may be cut.
  if (rows.length > 3 && rows.length < 60) rows.pop()
  return rows
}

/** A blank line, or a comment, whatever it holds. A row that is numbered `#1` and holds a value is none. */
function isAside({ cells }: Row): boolean {
  if (cells.length === 1) return isBlankOrComment(cells[0]!)
  return /^\s*#/.test(cells[0]!) && !(/^\s*#\d+\s*$/.test(cells[0]!) && readableShare(cells.slice(1)) > 0)
}

/** A row between the others that begins as a comment does: its values are not hunted, and it is said. */
function leaveAside({ cells }: Row, valueAt: readonly number[], where: string, draft: BulletinDraft): void {
  if (cells.length === 1) return
  for (const at of valueAt) {
    const value = (cells[at] ?? "").replace(/^\s*#+\s*/, "").trim()
    if (readableShare([value]) === 1)
      draft.leave("unknown", value, "indicator-unreadable", "its row begins with # as a comment does; hunt for it without that mark", where)
  }
}

/** `# id,dateadded,url`: headings in the last comment above the first row, as many as it has cells. */
function commentedHeadings(head: string, delimiter: string, width: number): readonly (Role | undefined)[] | undefined {
  let found: readonly (Role | undefined)[] | undefined
  for (const row of readRows(head, delimiter)) {
    if (!isAside(row)) break
    if (row.cells.length !== width || width < 2) continue
    const roles = row.cells.map((cell) => roleOfHeading(cell.replace(/^\s*#+\s*/, "")))
    if (roles.some((role) => role !== undefined)) found = roles
  }
  return found
}

function isBlankOrComment(cell: string): boolean {
  return /^\s*(?:$|#|\/\/|;)/.test(cell)
}

function isKindWord(cell: string): boolean {
  return kindOfWord(cell) !== undefined || "parts" in mispReading(cell)
}

/** A first row of words over columns of values. */
function looksLikeHeading(first: Row, rest: readonly Row[]): boolean {
  return (
    rest.length > 0 && readableShare(first.cells) === 0 && first.cells.every((cell) => /^[\p{L}_][\p{L}\p{N}\s_./-]*$/u.test(cell.trim()))
  )
}

function byContent(roles: Role[], stated: readonly (Role | undefined)[], body: readonly Row[], headed: boolean): void {
  const shares = roles.map((_, at) => {
    const kind = headed ? stated[at]?.kind : undefined
    if (kind === "link" || kind === "comment") return 0
    return readableShare(body.map(({ cells }) => cells[at] ?? ""))
  })
  for (const [at, share] of shares.entries()) if (share >= 0.5) roles[at] = { kind: "value", type: "any" }
  if (headed || roles.some(({ kind }) => kind === "type")) return
  const words = roles.findIndex((_, at) => body.length > 0 && body.every(({ cells }) => isKindWord(cells[at] ?? "")))
  if (words >= 0 && roles[words]!.kind === "ignored") roles[words] = { kind: "type" }
}
