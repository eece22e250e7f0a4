// An organisation's report as a CERT receives it, STIX 2.1 or MISP: its sightings, what it searched and did not see, its leads, its marking.
import { createHash } from "node:crypto"
import { canonicalAddress } from "../model/canonical.js"
import type { Observable } from "../model/observable.js"
import type { Problem } from "../model/problem.js"
import { strictest, type Tlp, tlpLevels } from "../model/tlp.js"
import { parseIndicator } from "./intake.js"
import { isObject, type Json, type JsonObject, list, objects, parseJson, string } from "./json.js"
import { tlpMarkings, tlpOfTag } from "./marking.js"
import { patternTerms } from "./stix-terms.js"

export interface ReadContribution {
  readonly organisation: string
  readonly sectors: readonly string[]
  readonly tlp: Tlp | undefined
  readonly sightings: readonly (Observable & {
    readonly count: number
    readonly firstSeen: string | null
    readonly lastSeen: string | null
  })[]
  readonly leads: readonly string[]
}

export const contributionBytesMax = 256 * 1024 * 1024
const countMax = 999_999_999

interface Lookup {
  get(id: string): JsonObject | undefined
}

/** Undefined where the document is no report; then `problems` says why. Never throws on input. */
export function readContribution(
  name: string,
  bytes: Uint8Array,
): { readonly contribution: ReadContribution | undefined; readonly problems: readonly Problem[] } {
  if (bytes.length > contributionBytesMax) return refused("limit", name, `more than ${contributionBytesMax} bytes`)
  const parsed = parseJson(new TextDecoder().decode(bytes))
  if (!("value" in parsed)) return refused(parsed.code, name, parsed.message)
  if (!isObject(parsed.value)) return refused("unsupported", name, "neither a STIX bundle nor a MISP event")
  const problems: Problem[] = []
  const event = parsed.value.Event
  if (isObject(event)) return { contribution: ofMisp(event, name, bytes, problems), problems }
  if (Array.isArray(parsed.value.objects)) return { contribution: ofStix(objects(parsed.value.objects), name, bytes, problems), problems }
  return refused("unsupported", name, "neither a STIX bundle nor a MISP event")
}

function refused(code: Problem["code"], where: string, message: string): ReturnType<typeof readContribution> {
  return { contribution: undefined, problems: [{ code, where, message }] }
}

/** One reporter's STIX objects out of a collection; `others` are those that anybody may have made, by id. */
export function contributionOf(
  name: string,
  own: readonly JsonObject[],
  others: ReadonlyMap<string, JsonObject>,
): { readonly contribution: ReadContribution; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  return { contribution: ofStix(own, name, new TextEncoder().encode(name), problems, others), problems }
}

function ofStix(
  all: readonly JsonObject[],
  name: string,
  bytes: Uint8Array,
  problems: Problem[],
  others: ReadonlyMap<string, JsonObject> = new Map(),
): ReadContribution {
  const own = new Map(all.map((one) => [string(one.id) ?? "", one]))
  const byId: Lookup = { get: (id) => own.get(id) ?? others.get(id) }
  const sightings = all.filter(({ type, revoked }) => type === "sighting" && revoked !== true)
  const reporters = new Set(sightings.flatMap((one) => [...list(one.where_sighted_refs), one.created_by_ref ?? ""].slice(0, 1)).map(String))
  const identities = [...reporters].map((id) => byId.get(id)).filter((one) => one !== undefined)
  return {
    organisation: organisationOf(identities, bytes),
    sectors: [...new Set(identities.flatMap((one) => list(one.sectors).map((sector) => String(sector).toLowerCase())))].sort(),
    tlp: markingOf(all, byId),
    sightings: sightings.flatMap((one) => sightingOf(one, byId, name, problems)),
    leads: leadsOf(all, byId),
  }
}

/** The UUID of the reporter, the same in STIX and MISP, unless it keeps its name to itself: then each report counts as one organisation. */
function organisationOf(identities: readonly JsonObject[], bytes: Uint8Array): string {
  const ids = identities.map(({ id }) => (string(id) ?? "").replace(/^identity--/, "")).sort()
  return ids[0] ? ids.join(" ") : createHash("sha256").update(bytes).digest("hex")
}

function sightingOf(one: JsonObject, byId: Lookup, name: string, problems: Problem[]): ReadContribution["sightings"] {
  const of = byId.get(string(one.sighting_of_ref) ?? "")
  const pattern = of && string(of.pattern)
  const terms = pattern === undefined ? undefined : patternTerms(pattern)
  const claims = terms && "claims" in terms ? terms.claims : []
  if (claims.length === 0) {
    problems.push({
      code: "malformed",
      where: `${name}#${string(one.id) ?? "sighting"}`,
      message: "a sighting of no indicator that stands in the document",
    })
    return []
  }
  const count = countOf(one.count)
  const times = { firstSeen: instant(one.first_seen), lastSeen: instant(one.last_seen) }
  return claims.flatMap(({ value }) => observableOf(value).map((observable) => ({ ...observable, count, ...times })))
}

/** Without a count, or with one that is none, it is at least one: only a stated 0 means searched and not seen (STIX 2.1 section 5.2). */
function countOf(stated: Json | undefined): number {
  const count = typeof stated === "number" ? Math.floor(stated) : Number.NaN
  return count >= 0 ? Math.min(countMax, count) : 1
}

function observableOf(value: string): readonly Observable[] {
  const read = parseIndicator(value)
  return "indicator" in read ? [{ type: read.indicator.type, value: read.indicator.value }] : []
}

/** Notes of Sillage's reports on addresses that only behave alike. */
function leadsOf(all: readonly JsonObject[], byId: Lookup): readonly string[] {
  const notes = all.filter(({ type, abstract }) => type === "note" && abstract === "Sillage: lead")
  const values = notes.flatMap((note) => list(note.object_refs).map((ref) => string(byId.get(String(ref))?.value)))
  return [...new Set(values.flatMap((value) => canonicalAddress(value ?? "")?.value ?? []))].sort()
}

/** The strictest marking on any sighting, note or report of the document. */
function markingOf(all: readonly JsonObject[], byId: Lookup): Tlp | undefined {
  const refs = new Set(all.flatMap((one) => list(one.object_marking_refs).map(String)))
  return [...refs].map((ref) => tlpMarkings[ref] ?? stated(byId.get(ref))).reduce(strictest, undefined)
}

function stated(marking: JsonObject | undefined): Tlp | undefined {
  const extensions = marking?.extensions
  const values = isObject(extensions) ? Object.values(extensions).map((one) => (isObject(one) ? one.tlp_2_0 : undefined)) : []
  return tlpLevels.find((level) => values.includes(level))
}

function ofMisp(event: JsonObject, name: string, bytes: Uint8Array, problems: Problem[]): ReadContribution {
  const attributes = [...objects(event.Attribute), ...objects(event.Object).flatMap((one) => objects(one.Attribute))]
  const organisation = isObject(event.Orgc) ? string(event.Orgc.uuid) : undefined
  const told = attributes.filter((one) => !tagged(one, 'sillage:result="lead"') && string(one.type) !== "comment")
  if (told.length === 0)
    problems.push({ code: "unsupported", where: name, message: "a MISP event without attributes that logs can be searched for" })
  return {
    organisation: organisation ?? createHash("sha256").update(bytes).digest("hex"),
    sectors: tagsOf(event).flatMap((tag) => /^(?:misp-galaxy:)?sector="(.+)"$/.exec(tag)?.[1]?.toLowerCase() ?? []),
    tlp: tagsOf(event).map(tlpOfTag).reduce(strictest, undefined),
    sightings: told.flatMap(mispSighting),
    leads: attributes
      .filter((one) => tagged(one, 'sillage:result="lead"'))
      .flatMap((one) => canonicalAddress(string(one.value) ?? "")?.value ?? []),
  }
}

/** Sightings of type 0 are seen; an attribute tagged not-seen was searched; one with neither says nothing. */
function mispSighting(one: JsonObject): ReadContribution["sightings"] {
  const seen = objects(one.Sighting).filter(({ type }) => String(type ?? "0") === "0")
  const quiet = tagged(one, 'sillage:result="not-seen"')
  if (seen.length === 0 && !quiet) return []
  const dates = seen.map(({ date_sighting }) => Number(date_sighting)).filter((at) => Number.isFinite(at) && at > 0)
  const edge = (pick: (...at: readonly number[]) => number): string | null =>
    dates.length === 0 ? null : new Date(dates.reduce((a, b) => pick(a, b)) * 1000).toISOString()
  const times = { firstSeen: instant(one.first_seen) ?? edge(Math.min), lastSeen: instant(one.last_seen) ?? edge(Math.max) }
  return observableOf(string(one.value) ?? "").map((observable) => ({ ...observable, count: quiet ? 0 : seen.length, ...times }))
}

function tagsOf(one: JsonObject): readonly string[] {
  return objects(one.Tag).flatMap(({ name }) => string(name) ?? [])
}

function tagged(one: JsonObject, tag: string): boolean {
  return tagsOf(one).includes(tag)
}

function instant(value: Json | undefined): string | null {
  const text = string(value)
  const at = text === undefined ? Number.NaN : Date.parse(text)
  return Number.isNaN(at) || Math.abs(at) > 8.64e15 ? null : new Date(at).toISOString()
}
