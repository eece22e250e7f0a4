// A bulletin while it is being read: takes claims, reads and judges their values, and keeps every refusal with its reason. Bounded.
import type { Actor, Bulletin, LeftOut } from "../model/bulletin.js"
import type { Indicator, Relation } from "../model/indicator.js"
import type { Problem, ProblemCode } from "../model/problem.js"
import { type Pap, parsePap, parseTlp, strictest, type Tlp } from "../model/tlp.js"
import { namedActor } from "./actors.js"
import type { Claim, ClaimContext, StatedType } from "./claim.js"
import { detached } from "./detached.js"
import { EntryTable } from "./entry-table.js"
import { hostOf, isPublishers, qualityMarks } from "./quality.js"
import { type Found, type Reading, readValue } from "./value.js"

/** More indicators than this are no bulletin; the matcher's tables are built for fewer. */
export const indicatorsMax = 5_000_000
/** Refusals beyond this are counted, not kept. */
export const refusalsMax = 20_000
export const actorsMax = 500
const referencesMax = 1_000
const quotedLengthMax = 1_000

type Entry = { -readonly [Key in keyof Indicator]: Indicator[Key] }

export class BulletinDraft {
  title: string | null = null
  publisher: string | null = null
  published: string | null = null
  tlp: Tlp | undefined
  pap: Pap | undefined
  window: { from: string | null; to: string | null } = { from: null, to: null }
  request: string | null = null
  contact: string | null = null
  /** Sites that the document names as its own; what stands under them is a reference. */
  readonly ownHosts = new Set<string>()
  readonly authorities = new Set<string>()
  private readonly campaigns = new Set<string>()

  private readonly table = new EntryTable<Entry>()
  private readonly left: LeftOut[] = []
  private readonly leftKeys = new Set<string>()
  private readonly found: Problem[] = []
  private readonly named = new Map<string, Actor>()
  private readonly referred = new Set<string>()
  private unkept = 0
  private overfull = 0

  constructor(readonly name: string) {}

  get count(): number {
    return this.table.entries.length
  }

  /** Reads a claimed value: it becomes an indicator, or is left out with its reason. */
  claim(claim: Claim): void {
    this.claimAs(claim.type, claim.value, claim)
  }

  /** The same for many values with one context: a million rows need no million copies of it. */
  claimAs(stated: StatedType, raw: string, said: ClaimContext): void {
    this.claimReading(readValue(stated, raw), stated, raw, said)
  }

  /** The same for a value that has been read already. */
  claimReading(reading: Reading, stated: StatedType, raw: string, said: ClaimContext): void {
    if ("code" in reading) {
      this.leave(typeName(stated, raw), said.original ?? raw, reading.code, reading.reason, said.provenance)
      return
    }
    const { found } = reading
    const host = hostOf(found)
    if (host !== undefined && (isPublishers(host) || this.isOwn(host))) {
      this.leave(found.type, said.original ?? raw, "indicator-reference", "a site or mailbox of a publisher of bulletins", said.provenance)
      return
    }
    const known = this.table.find(found.type, found.value)
    if (known) merge(known, said)
    else if (this.count >= indicatorsMax) this.overfull++
    else this.table.add(newEntry(found, raw, said))
  }

  /** What a text says of a value that is listed already adds its marking, and takes nothing away. */
  claimAgain(stated: StatedType, raw: string, said: ClaimContext): void {
    const known = this.known(stated, raw)
    if (known === undefined) this.claimAs(stated, raw, said)
    else if (said.tlp !== undefined) known.tlp = strictest(known.tlp, said.tlp)!
  }

  /** Whether the value is an indicator already. */
  holds(stated: StatedType, raw: string): boolean {
    return this.known(stated, raw) !== undefined
  }

  /** Whether the value was left out as a reference, as it is spelt. */
  isReference(type: string, value: string): boolean {
    return this.leftKeys.has(leftKey("indicator-reference", type, value))
  }

  /** Leaves a value out, with its Problem. The same refusal is kept once. */
  leave(type: string, value: string, code: ProblemCode, reason: string, provenance: string): void {
    const key = leftKey(code, type, value)
    if (code === "indicator-reference" && this.leftKeys.has(key)) return
    if (this.left.length >= refusalsMax) {
      this.unkept++
      return
    }
    this.leftKeys.add(key)
    const quoted = detached(value.slice(0, quotedLengthMax))
    this.left.push({ type, value: quoted, reason, provenance })
    this.problem(code, provenance, reason, quoted)
  }

  problem(code: ProblemCode, where: string, message: string, value?: string): void {
    if (this.found.length >= refusalsMax + 1_000) this.unkept++
    else this.found.push(value === undefined ? { code, where, message } : { code, where, value, message })
  }

  /** A TLP or PAP label, or a tag that holds one; the strictest of several stands. */
  mark(label: string): void {
    if (/^\s*tlp\b/i.test(label)) this.tlp = strictest(this.tlp, parseTlp(label))
    if (/^\s*pap\b/i.test(label)) this.pap = parsePap(label) ?? this.pap
  }

  /** An actor that the document names; `note` says what is odd about the name. */
  actor(name: string, source: string, note?: string, canonical?: string): void {
    const plain = name.trim()
    if (plain === "" || this.named.size >= actorsMax) return
    const key = plain.toLowerCase()
    if (!this.named.has(key)) {
      const common = canonical ?? namedActor(plain) ?? null
      this.named.set(
        key,
        note === undefined ? { name: plain, canonical: common, source } : { name: plain, canonical: common, source, note },
      )
    }
  }

  /** A campaign that the document names. */
  campaign(name: string): void {
    if (name.trim() !== "" && this.campaigns.size < actorsMax) this.campaigns.add(name.trim())
  }

  /** Another bulletin or alert, by id or address. */
  reference(idOrAddress: string): void {
    if (this.referred.size < referencesMax) this.referred.add(idOrAddress)
  }

  /** Takes over what was read from an attachment or an archive member. */
  absorb(part: Bulletin): void {
    this.title ??= part.title
    this.publisher ??= part.publisher
    this.published ??= part.published
    if (part.tlp) this.tlp = strictest(this.tlp, part.tlp)
    this.pap ??= part.pap ?? undefined
    this.window = { from: this.window.from ?? part.window.from, to: this.window.to ?? part.window.to }
    this.request ??= part.request
    this.contact ??= part.contact
    for (const actor of part.actors) if (!this.named.has(actor.name.toLowerCase())) this.named.set(actor.name.toLowerCase(), actor)
    for (const reference of part.references ?? []) this.reference(reference)
    for (const authority of part.authorities ?? []) this.authorities.add(authority)
    for (const campaign of part.campaigns ?? []) this.campaign(campaign)
    for (const indicator of part.indicators) this.absorbIndicator(indicator)
    for (const left of part.leftOut) if (this.left.length < refusalsMax) this.left.push(left)
    for (const problem of part.problems) this.problem(problem.code, problem.where, problem.message, problem.value)
  }

  finish(format: string): Bulletin {
    const bulletin = this.title ?? this.name
    const indicators = this.table.entries
    for (const entry of indicators) if (entry.bulletin === "") entry.bulletin = bulletin
    if (this.unkept > 0)
      this.found.push({
        code: "limit",
        where: this.name,
        message: `${this.unkept} more values were left out or not understood; only the first ${refusalsMax} are listed`,
      })
    if (this.overfull > 0)
      this.found.push({
        code: "limit",
        where: this.name,
        message: `${this.overfull} indicators beyond ${indicatorsMax} were not imported; split the bulletin`,
      })
    return {
      format,
      title: this.title,
      publisher: this.publisher,
      published: this.published,
      tlp: this.tlp ?? null,
      pap: this.pap ?? null,
      window: this.window,
      request: this.request,
      contact: this.contact,
      actors: [...this.named.values()],
      indicators,
      leftOut: this.left,
      problems: this.found,
      references: [...this.referred],
      authorities: [...this.authorities],
      ...(this.campaigns.size > 0 ? { campaigns: [...this.campaigns] } : {}),
    }
  }

  private absorbIndicator(indicator: Indicator): void {
    const known = this.table.find(indicator.type, indicator.value)
    if (known) merge(known, { ...indicator, withdrawn: indicator.marks.includes("withdrawn") })
    else if (this.count < indicatorsMax) this.table.add({ ...indicator })
    else this.overfull++
  }

  private known(stated: StatedType, raw: string): Entry | undefined {
    const reading = readValue(stated, raw)
    return "found" in reading ? this.table.find(reading.found.type, reading.found.value) : undefined
  }

  private isOwn(host: string): boolean {
    if (this.ownHosts.size === 0) return false
    for (const own of this.ownHosts) if (host === own || host.endsWith(`.${own}`)) return true
    return false
  }
}

function leftKey(code: ProblemCode, type: string, value: string): string {
  return `${code} ${type} ${value}`
}

function newEntry(found: Found, raw: string, said: ClaimContext): Entry {
  const spelt = said.original ?? raw
  const value = said.detached && found.value === raw ? raw : detached(found.value)
  return new PlainEntry(found, value, said, spelt === found.value ? undefined : spelt)
}

/**
 * Built by a constructor so that a million entries lie in one piece each; absent fields are absent, not undefined.
 * Nothing asks for the class: an entry is a plain value.
 */
class PlainEntry implements Entry {
  type: Entry["type"]
  value: string
  bulletin = ""
  marks: readonly string[]
  provenance: string
  declare validFrom?: string
  declare validUntil?: string
  declare confidence?: number
  declare toIds?: boolean
  declare tlp?: Tlp
  declare techniques?: readonly string[]
  declare relations?: readonly Relation[]
  declare comment?: string
  declare original?: string

  constructor(found: Found, value: string, said: ClaimContext, original: string | undefined) {
    this.type = found.type
    this.value = value
    this.marks = marksOf(found, said)
    this.provenance = said.provenance
    if (said.validFrom !== undefined) this.validFrom = said.validFrom
    if (said.validUntil !== undefined) this.validUntil = said.validUntil
    if (said.confidence !== undefined) this.confidence = said.confidence
    if (said.toIds !== undefined) this.toIds = said.toIds
    if (said.tlp !== undefined) this.tlp = said.tlp
    if (said.techniques?.length) this.techniques = said.techniques
    if (said.relations?.length) this.relations = said.relations
    if (said.comment) this.comment = said.comment
    if (original !== undefined) this.original = detached(original)
  }
}

/** The STIX name nearest to what a document states. */
function typeName(stated: StatedType, raw: string): string {
  switch (stated) {
    case "address":
      return raw.includes(":") ? "ipv6-addr" : "ipv4-addr"
    case "host":
      return "domain-name"
    case "hash":
      return "file:hashes"
    case "file":
      return "file:name"
    case "any":
      return "unknown"
    default:
      return stated
  }
}

const unmarked: readonly string[] = []

function marksOf(found: Found, said: ClaimContext): readonly string[] {
  const quality = qualityMarks(found)
  if (quality.length === 0 && found.marks.length === 0 && said.marks === undefined && said.toIds !== false && !said.withdrawn)
    return unmarked
  const marks = [...quality, ...found.marks, ...(said.marks ?? [])]
  if (said.toIds === false) marks.push("to-ids-false")
  if (said.withdrawn) marks.push("withdrawn")
  return marks
}

/** A value that stands twice keeps the kinder of two verdicts and the wider of two windows, so that nothing is lost. */
function merge(known: Entry, again: ClaimContext): void {
  if (again.toIds !== false && known.marks.includes("to-ids-false")) known.marks = known.marks.filter((mark) => mark !== "to-ids-false")
  if (again.toIds === true) known.toIds = true
  if (!again.withdrawn && known.marks.includes("withdrawn")) known.marks = known.marks.filter((mark) => mark !== "withdrawn")
  if (known.validFrom !== undefined && (again.validFrom === undefined || again.validFrom < known.validFrom)) {
    if (again.validFrom === undefined) delete known.validFrom
    else known.validFrom = again.validFrom
  }
  if (known.validUntil !== undefined && (again.validUntil === undefined || again.validUntil > known.validUntil)) {
    if (again.validUntil === undefined) delete known.validUntil
    else known.validUntil = again.validUntil
  }
  if (again.relations?.length) known.relations = joined(known.relations, again.relations)
  const tlp = strictest(known.tlp, again.tlp)
  if (tlp !== undefined) known.tlp = tlp
  known.confidence = known.confidence === undefined ? again.confidence : Math.max(known.confidence, again.confidence ?? 0)
  if (known.confidence === undefined) delete known.confidence
}

/** More relations of one value say nothing more. */
const relationsMax = 100

function joined(known: readonly Relation[] | undefined, more: readonly Relation[]): readonly Relation[] {
  const fresh = more.filter((one) => !known?.some(({ type, to, name }) => type === one.type && to === one.to && name === one.name))
  return [...(known ?? []), ...fresh].slice(0, relationsMax)
}
