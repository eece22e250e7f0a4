// JSON of a shape that no other format knows: lists of values, and objects whose keys say what their values are, as the headings of a table do.
import type { ObservableType } from "../../model/observable.js"
import { refang } from "../../model/refang.js"
import { type Pap, parsePap, parseTlp, strictest, type Tlp } from "../../model/tlp.js"
import type { ClaimContext, StatedType } from "../claim.js"
import { kindOfWord, type Role, roleOfHeading } from "../columns.js"
import type { BulletinDraft } from "../draft.js"
import { isObject, type Json, type JsonObject, parseJson, pointer, string } from "../json.js"
import { onlyTlpIn, papOfTag, parseConfidence, parseInstant, strictestPap, tlpIn } from "../marking.js"
import { readMeaning } from "../meaning.js"
import { Passages, readProse } from "../prose.js"
import { hostOf } from "../quality.js"
import { type Reading, readValue } from "../value.js"
import type { BulletinFormat } from "./format.js"
import { claimMisp, mispReading } from "./misp.js"

export const json: BulletinFormat = {
  name: "json",
  title: "JSON of any shape",
  recognize({ head }) {
    return /^\s*(?:\{\s*"[^"\n]{0,200}"\s*:|\[\s*(?:[{[]|"[^"\n]{0,2000}"\s*[,\]]))/.test(head) ? 0.72 : 0
  },
  parse(input, draft) {
    const text = input.text()
    const whole = parseJson(text)
    const reader = new Reader(draft)
    if ("value" in whole) reader.readDocument(whole.value, `${input.name}#`)
    else if (whole.code === "limit") draft.problem("limit", input.name, whole.message)
    else if (!reader.readLines(text, input.name)) {
      draft.problem("malformed", input.name, `${whole.message}; read as plain text`)
      readMeaning(text, input.name, draft)
      readProse(text, { name: input.name }, draft)
    }
    reader.finish()
  },
}

type ValueRole = Extract<Role, { readonly kind: "value" }>

interface AsideRole {
  readonly kind: "aside"
  readonly of: "link" | "publisher"
  /** Why names, URLs and mailboxes below it are no indicators. */
  readonly reason: string
}

interface Place {
  /** Of the key that leads here, or to the list that this stands in. */
  readonly key: string | undefined
  readonly listed: boolean
  /** The key says something of the whole document: its address, its name. */
  readonly ofDocument: boolean
  readonly role: Role | undefined
  /**
   * A value under a key of values is of their kind however deep it lies, and one under a key of references or publishers no indicator; what
   * other keys say ends with the next key.
   */
  readonly inherited: ValueRole | AsideRole | undefined
  /** What a neighbouring `type` says. */
  readonly word: string | undefined
  readonly said: ClaimContext
}

const outermost: Place = {
  key: undefined,
  listed: false,
  ofDocument: false,
  role: undefined,
  inherited: undefined,
  word: undefined,
  said: { provenance: "" },
}

type Keys = readonly (readonly [string, Role | undefined])[]

/** Takes values at once, and running text when it is known how the document sets its values apart. */
class Reader {
  private readonly passages = new Passages()
  private defangs = false
  private names = false
  private lists = false
  private readonly publishers = new Set<string>()

  constructor(private readonly draft: BulletinDraft) {}

  finish(): void {
    this.passages.claim({ defangs: this.defangs, names: this.names, lists: this.lists, publishers: this.publishers }, this.draft)
  }

  readDocument(value: Json, where: string): void {
    this.readRoot(value)
    this.walk(value, isObject(value) && isReport(value) ? { ...outermost, ofDocument: true } : outermost, where)
  }

  /** JSON Lines; false if not even one line is JSON. */
  readLines(text: string, name: string): boolean {
    let read = false
    const faults: { readonly line: string; readonly at: number }[] = []
    for (const [at, line] of text.split("\n").entries()) {
      if (line.trim() === "") continue
      const parsed = parseJson(line)
      if ("value" in parsed && typeof parsed.value === "object") {
        this.readRoot(parsed.value)
        this.walk(parsed.value, outermost, `${name}:${at + 1}#`)
        read = true
      } else faults.push({ line, at: at + 1 })
    }
    if (!read) return false
    for (const { at } of faults.slice(0, faultsMax))
      this.draft.problem("malformed", `${name}:${at}`, "no JSON on this line; what is whole in it is read as JSON, the rest as plain text")
    const more = faults.length - faultsMax
    if (more > 0)
      this.draft.problem(
        "limit",
        `${name}:${faults[faultsMax]!.at}`,
        `${more} more lines are no JSON; only the first ${faultsMax} are listed`,
      )
    for (const { line, at } of faults) this.readFaulty(line, `${name}:${at}`)
    return true
  }

  /** The pairs of key and text that are whole, as of objects; the rest as text. */
  private readFaulty(line: string, where: string): void {
    for (const object of wholePairs(line)) this.walk(object, outermost, `${where}#`)
    this.passages.add(line.replace(textPair, " "), "values", { provenance: where })
  }

  private readRoot(value: Json): void {
    if (!isObject(value)) return
    const { draft } = this
    draft.title ??= string(value.title) ?? string(value.name) ?? null
    draft.publisher ??= string(value.publisher) ?? string(value.author_name) ?? string(value.author) ?? null
    draft.published ??= parseInstant(string(value.published) ?? string(value.date))?.slice(0, 10) ?? null
  }

  private walk(value: Json, place: Place, where: string): void {
    if (typeof value === "string") this.readText(value, place, where)
    else if (Array.isArray(value))
      for (const [at, entry] of (value as readonly Json[]).entries()) this.walk(entry, { ...place, listed: true }, `${where}${pointer(at)}`)
    else if (isObject(value)) this.readObject(value, place, where)
  }

  private readObject(object: JsonObject, place: Place, where: string): void {
    const { draft } = this
    const keys = keysOf(object)
    const said = contextOf(object, keys, place.said)
    const typeKey = typeKeyOf(object, keys)
    const word = typeKey === undefined ? undefined : string(object[typeKey])
    for (const [key, role] of keys) {
      const value = object[key]!
      if (key === typeKey) continue
      const below = `${where}${pointer(key)}`
      if (role === undefined) this.readKey(key, value, place, said, below)
      if (isMarking(key, role)) {
        draft.tlp = strictest(draft.tlp, tlpBelow(value, role))
        draft.pap = strictestPap(draft.pap, papBelow(value, role))
      }
      const inherited = inheritedBelow(key, role, place.inherited)
      const ofDocument = place.ofDocument && !place.listed && documentKey.test(key)
      const known = role ?? (inherited?.kind === "value" ? inherited : undefined)
      this.walk(value, { key, listed: false, ofDocument, role: known, inherited, word, said }, below)
    }
  }

  /** `{"203.0.113.9": {…}}`: a key may be the value that is told of. */
  private readKey(key: string, value: Json, { inherited }: Place, around: ClaimContext, where: string): void {
    const reading = readValue("any", key)
    const said = isObject(value) ? contextOf(value, keysOf(value), around) : around
    const context = { ...said, provenance: where }
    if (!("found" in reading)) {
      if (/\s/.test(key)) this.passages.add(key, "values", context)
      return
    }
    const { type } = reading.found
    if (type === "file:name") return
    if (inherited?.kind === "aside" && named.has(type)) this.draft.leave(type, key, "indicator-reference", inherited.reason, where)
    else if (type === "domain-name" && !isObject(value) && fieldName.test(key))
      this.draft.leave(type, key, "indicator-reference", "a key that reads as the name of a field", where)
    else this.claim(reading, "any", key, context)
  }

  private claim(reading: Reading, stated: StatedType, raw: string, context: ClaimContext): void {
    if ("found" in reading) {
      const isName = named.has(reading.found.type)
      this.lists = true
      this.names ||= isName
      this.defangs ||= isName && refang(raw).trim() !== raw.trim()
    }
    this.draft.claimReading(reading, stated, raw, context)
  }

  private readText(value: string, place: Place, where: string): void {
    const { role, inherited, word, said } = place
    const context = { ...said, provenance: where }
    if (/tlp/i.test(value)) this.draft.tlp = strictest(this.draft.tlp, onlyTlpIn(value))
    if (inherited?.kind === "aside") this.readAside(value, place, inherited, context)
    else if (place.ofDocument || role?.kind === "comment") this.passages.add(value, "remark", withoutComment(context))
    else if (role?.kind === "actor") this.draft.actor(value, where)
    else if (role?.kind === "value") this.readStated(role.type, word, value, context)
    else this.readLoose(value, place, context)
  }

  /** A value, or one with a remark: `C2: 203.0.113.9`. */
  private readStated(type: StatedType, word: string | undefined, value: string, context: ClaimContext): void {
    const stated = type === "any" && word !== undefined ? kindOfWord(word) : type
    const reading = readValue(stated ?? "any", value)
    // `botnet_cc` is no kind of value; what it stands beside is one by itself.
    const isPlain = "found" in reading && !loose.has(reading.found.type)
    if (stated === undefined && !(isPlain && isUnknownKind(word!))) {
      this.lists = true
      claimMisp(word!, value, context, this.draft)
      return
    }
    const worded = "code" in reading && reading.code === "indicator-unreadable" && /\s/.test(value.trim())
    if (!worded || !this.passages.add(value, "values", context)) this.claim(reading, stated ?? "any", value, context)
  }

  /** Only what is a name, a URL or a mailbox is a link; addresses and digests beside it are none. */
  private readAside(value: string, { key }: Place, { of, reason }: AsideRole, context: ClaimContext): void {
    const reading = readValue("any", value)
    if (!("found" in reading)) {
      this.passages.add(value, "references", withoutComment(context))
      return
    }
    const { found } = reading
    const host = of === "publisher" ? hostOf(found) : undefined
    if (host !== undefined) this.publishers.add(host)
    if (named.has(found.type) || isIdentifier(key, found.type))
      this.draft.leave(found.type, value, "indicator-reference", reason, context.provenance)
    else if (found.type !== "file:name") this.draft.claimReading(reading, "any", value, context)
  }

  /** Under a key that is none of values: what is a value by itself; else what the text names. Names of files and bare words are none. */
  private readLoose(value: string, { key, role, listed }: Place, context: ClaimContext): void {
    const reading = readValue("any", value)
    if (!("found" in reading)) {
      this.passages.add(value, "text", withoutComment(context))
      return
    }
    const { type } = reading.found
    if (type === "file:name") return
    const reason = whyNone(type, key, role)
    if (reason !== undefined) this.draft.leave(type, value, "indicator-reference", reason, context.provenance)
    else if (named.has(type) && key !== undefined && linkKey.test(key)) this.passages.add(value, "remark", withoutComment(context))
    else if (key === undefined || listed) this.claim(reading, "any", value, context)
    else this.draft.claimReading(reading, "any", value, context)
  }
}

/** Faulty lines beyond this are counted, not listed; their values are read all the same. */
const faultsMax = 100

const named: ReadonlySet<ObservableType> = new Set(["domain-name", "url", "email-addr"])
/** What may as well be the name of something. */
const loose: ReadonlySet<ObservableType> = new Set(["domain-name", "email-addr", "file:name", "file:path"])

function whyNone(type: ObservableType, key: string | undefined, role: Role | undefined): string | undefined {
  if (role !== undefined && named.has(type)) return "under a key that is none of indicators"
  if (isIdentifier(key, type)) return "an identifier, not a digest"
  if (type === "ipv4-addr" && key !== undefined && numberKey.test(key)) return "a number of a section, version or object, not an address"
  return undefined
}

function isIdentifier(key: string | undefined, type: ObservableType): boolean {
  return type === "file:hashes.MD5" && key !== undefined && /(?:^|[\s_.-])(?:id|uid|uuid|guid)$|(?:Id|ID|Uuid|UUID|Guid|GUID)$/i.test(key)
}

const numberKey = /(?:version|firmware|release)$|(?:^|[\s_.-])(?:v|ver|build|kernel|oid|section|chapter)$/i
const linkKey = /(?:^|[\s_.-])(?:links?|liens?)$|[a-z]Links?$/
const documentKey = /^(?:title|name|ur[li]|website)$/i

/** With a title, and more than one value: not an indicator with a name. */
function isReport(object: JsonObject): boolean {
  const title = string(object.title) ?? string(object.name)
  return title !== undefined && Object.values(object).some((value) => typeof value === "object" && value !== null)
}

/** Pairs of a key and a text, as JSON writes them. */
const textPair = /"(?:[^"\\]|\\.)*"\s*:\s*"(?:[^"\\]|\\.)*"/g

/** The pairs of a line, as objects in none of which a key stands twice. */
function wholePairs(line: string): readonly JsonObject[] {
  const groups: Map<string, Json>[] = [new Map()]
  for (const pair of line.match(textPair) ?? []) {
    const parsed = parseJson(`{${pair}}`)
    // Text that only looks like a pair stays text.
    if (!("value" in parsed) || !isObject(parsed.value)) continue
    for (const [key, value] of Object.entries(parsed.value)) {
      if (groups.at(-1)!.has(key)) groups.push(new Map())
      groups.at(-1)!.set(key, value)
    }
  }
  return groups.map((group) => Object.fromEntries(group))
}

/** A word that says the kind comes before one that says something else: `threat_type` beside `ioc_type`. */
function typeKeyOf(object: JsonObject, keys: Keys): string | undefined {
  const stating = keys.flatMap(([key, role]) => (role?.kind === "type" && typeof object[key] === "string" ? [key] : []))
  return stating.find((key) => kindOfWord(object[key] as string) !== undefined || !isUnknownKind(object[key] as string)) ?? stating[0]
}

function isUnknownKind(word: string): boolean {
  const reading = mispReading(word)
  return "leave" in reading && reading.leave === "unsupported"
}

function inheritedBelow(key: string, role: Role | undefined, above: Place["inherited"]): Place["inherited"] {
  if (above?.kind === "aside") return above
  if (role?.kind === "link") return { kind: "aside", of: "link", reason: "a reference link" }
  if (publisherKey.test(key)) return { kind: "aside", of: "publisher", reason: "of who published it, or where the document has it from" }
  if (role === undefined) return above
  return role.kind === "value" ? role : undefined
}

const publisherKey =
  /^(?:\$schema|schema|authors?|author[\s_-]?name|publishers?|creators?|created[\s_-]?by|contacts?|vendors?|providers?|producers?|maintainers?|editors?|reporters?|submitters?|organi[sz]ations?|org|orgc|copyright|licen[cs]e|home[\s_-]?page|logo|icon|self|next|prev(?:ious)?|sources?)$/i

/** `user.name`, `event.id`: names of fields whose last word is a top-level domain too. */
const fieldName =
  /^[a-z_]+(?:\.[a-z_]+)*\.(?:app|author|bar|case|country|data|date|domains?|email|events?|game|group|host|id|info|link|map|name|network|report|science|security|services?|site|so|status|store|support|systems?|tools?|url|watch|zone)$/i

function keysOf(object: JsonObject): Keys {
  return Object.keys(object).map((key) => [key, roleOfKey(key)])
}

/** As of a heading, also `likeThis`; but where a table numbers its rows, an object may be named by its value. */
function roleOfKey(key: string): Role | undefined {
  if (/^_?id$/i.test(key)) return undefined
  return roleOfHeading(key) ?? roleOfHeading(key.replace(/(?<=[a-z\d])(?=[A-Z])/g, " "))
}

function withoutComment({ comment: _, ...said }: ClaimContext): ClaimContext {
  return said
}

function isMarking(key: string, role: Role | undefined): boolean {
  if (role === undefined) return /marking|label|classification|sharing/i.test(key)
  return role.kind === "tlp" || role.kind === "pap" || role.kind === "tags"
}

function tlpBelow(value: Json, role: Role | undefined): Tlp | undefined {
  return (
    stringsBelow(value)
      // A bare word among tags may mean anything.
      .map((text) => tlpIn(text) ?? (role?.kind === "tlp" ? parseTlp(text) : undefined))
      .reduce(strictest, undefined)
  )
}

function papBelow(value: Json, role: Role | undefined): Pap | undefined {
  return stringsBelow(value)
    .map((text) => papOfTag(text) ?? (role?.kind === "pap" ? parsePap(text) : undefined))
    .reduce(strictestPap, undefined)
}

function stringsBelow(value: Json | undefined): readonly string[] {
  if (typeof value === "string") return [value]
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap(stringsBelow)
  return isObject(value) ? Object.values(value).flatMap(stringsBelow) : []
}

function contextOf(object: JsonObject, keys: Keys, around: ClaimContext): ClaimContext {
  const said: { -readonly [Key in keyof ClaimContext]: ClaimContext[Key] } = { ...around }
  let tlp = around.tlp
  for (const [key, role] of keys) {
    if (isMarking(key, role)) tlp = strictest(tlp, tlpBelow(object[key]!, role))
    const text = string(object[key])
    if (text === undefined) continue
    if (role?.kind === "validFrom" || role?.kind === "validUntil") said[role.kind] = parseInstant(text)
    if (role?.kind === "confidence") said.confidence = parseConfidence(text)
    if (role?.kind === "comment") said.comment = text
  }
  if (tlp !== undefined) said.tlp = tlp
  return said
}
