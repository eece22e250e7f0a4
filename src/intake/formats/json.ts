// JSON of a shape that no other format knows: lists of values, and objects whose keys say what their values are, as the headings of a table do.
import { parsePap, parseTlp, strictest } from "../../model/tlp.js"
import type { ClaimContext, StatedType } from "../claim.js"
import { kindOfWord, type Role, roleOfHeading } from "../columns.js"
import type { BulletinDraft } from "../draft.js"
import { isObject, type Json, type JsonObject, parseJson, pointer, string } from "../json.js"
import { parseConfidence, parseInstant } from "../marking.js"
import { readMeaning } from "../meaning.js"
import { readProse } from "../prose.js"
import { readValue } from "../value.js"
import type { BulletinFormat } from "./format.js"
import { claimMisp } from "./misp.js"

export const json: BulletinFormat = {
  name: "json",
  title: "JSON of any shape",
  recognize({ head }) {
    return /^\s*(?:\{\s*"[^"\n]{0,200}"\s*:|\[\s*(?:[{[]|"[^"\n]{0,2000}"\s*[,\]]))/.test(head) ? 0.72 : 0
  },
  parse(input, draft) {
    const text = input.text()
    const whole = parseJson(text)
    if ("value" in whole) readRoot(whole.value, `${input.name}#`, draft)
    else if (whole.code === "limit") draft.problem("limit", input.name, whole.message)
    else if (!readLines(text, input.name, draft)) {
      draft.problem("malformed", input.name, `${whole.message}; read as plain text`)
      readMeaning(text, input.name, draft)
      readProse(text, { name: input.name }, draft)
    }
  },
}

/** JSON Lines; false if not even one line is JSON. */
function readLines(text: string, name: string, draft: BulletinDraft): boolean {
  let read = false
  const faults: number[] = []
  for (const [at, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue
    const parsed = parseJson(line)
    if ("value" in parsed && typeof parsed.value === "object") {
      readRoot(parsed.value, `${name}:${at + 1}#`, draft)
      read = true
    } else faults.push(at + 1)
  }
  if (read)
    for (const line of faults.slice(0, 100)) draft.problem("malformed", `${name}:${line}`, "no JSON on this line; the others are read")
  return read
}

function readRoot(value: Json, where: string, draft: BulletinDraft): void {
  if (isObject(value)) {
    draft.title ??= string(value.title) ?? string(value.name) ?? null
    draft.publisher ??= string(value.publisher) ?? string(value.author_name) ?? string(value.author) ?? null
    draft.published ??= parseInstant(string(value.published) ?? string(value.date))?.slice(0, 10) ?? null
  }
  walk(value, { role: undefined, word: undefined, said: { provenance: "" }, title: isObject(value) ? draft.title : null }, where, draft)
}

interface Place {
  /** Of the key that leads here. */
  readonly role: Role | undefined
  /** What a neighbouring `type` says. */
  readonly word: string | undefined
  readonly said: ClaimContext
  readonly title: string | null
}

function walk(value: Json, place: Place, where: string, draft: BulletinDraft): void {
  if (typeof value === "string") readText(value, place, where, draft)
  else if (Array.isArray(value))
    for (const [at, entry] of (value as readonly Json[]).entries()) walk(entry, place, `${where}${pointer(at)}`, draft)
  else if (isObject(value)) readObject(value, place, where, draft)
}

function readObject(object: JsonObject, place: Place, where: string, draft: BulletinDraft): void {
  const roles = Object.keys(object).map((key) => [key, roleOfHeading(key)] as const)
  const said = contextOf(object, roles, place.said)
  const typeKey = roles.find(([, role]) => role?.kind === "type")?.[0]
  const word = typeKey === undefined ? undefined : string(object[typeKey])
  for (const [key, role] of roles) {
    const value = object[key]
    if (value === undefined || key === typeKey) continue
    if (role?.kind === "tlp") draft.tlp = strictest(draft.tlp, parseTlp(string(value) ?? ""))
    else if (role?.kind === "pap") draft.pap = parsePap(string(value) ?? "") ?? draft.pap
    else if (role?.kind === "actor" && typeof value === "string") draft.actor(value, `${where}${pointer(key)}`)
    // A value under a known key is of its kind however deep it lies; one under an unknown key is of the kind of what holds it.
    else walk(value, { ...place, role: role ?? place.role, word, said }, `${where}${pointer(key)}`, draft)
  }
}

function contextOf(object: JsonObject, roles: readonly (readonly [string, Role | undefined])[], around: ClaimContext): ClaimContext {
  const said: { -readonly [Key in keyof ClaimContext]: ClaimContext[Key] } = { ...around }
  for (const [key, role] of roles) {
    const text = string(object[key])
    if (text === undefined) continue
    if (role?.kind === "validFrom" || role?.kind === "validUntil") said[role.kind] = parseInstant(text)
    if (role?.kind === "confidence") said.confidence = parseConfidence(text)
    if (role?.kind === "comment") said.comment = text
    if (role?.kind === "tlp") said.tlp = parseTlp(text)
  }
  return said
}

function readText(value: string, { role, word, said, title }: Place, where: string, draft: BulletinDraft): void {
  const context = { ...said, provenance: where }
  if (role?.kind === "link") {
    if (value.trim() !== "") draft.leave("url", value, "indicator-reference", "a reference link", where)
    return
  }
  if (role?.kind === "value") {
    const stated: StatedType | undefined = role.type === "any" && word !== undefined ? kindOfWord(word) : role.type
    if (stated === undefined) claimMisp(word!, value, context, draft)
    else draft.claimAs(stated, value, context)
    return
  }
  // Under a key of unknown meaning, only what is a value by itself: names of files and bare words are not.
  if (role !== undefined || value === title) return
  const reading = readValue("any", value)
  if ("found" in reading && reading.found.type !== "file:name") draft.claimReading(reading, "any", value, context)
}
