// MISP events as JSON: attributes and objects, with MISP's own type names mapped by the table here and met nowhere else (but in its mirror, the MISP report).

import { strictest, type Tlp } from "../../model/tlp.js"
import type { ClaimContext, StatedType } from "../claim.js"
import type { BulletinDraft } from "../draft.js"
import { isObject, type Json, type JsonObject, list, objects, parseJson, pointer, string } from "../json.js"
import { actorOfTag, papOfTag, parseInstant, relationOfTag, techniquesIn, tlpOfTag } from "../marking.js"
import { own } from "../own.js"
import type { BulletinFormat } from "./format.js"

export const misp: BulletinFormat = {
  name: "misp",
  title: "MISP event, JSON",
  recognize({ head }) {
    if (!/^\s*[[{]/.test(head)) return 0
    if (/"Event"\s*:\s*\{/.test(head)) return 1
    return /"(?:Attribute|Object)"\s*:\s*\[/.test(head) && /"(?:to_ids|object_relation|category)"/.test(head) ? 0.9 : 0
  },
  parse(input, draft) {
    const parsed = parseJson(input.text())
    if (!("value" in parsed)) {
      draft.problem(parsed.code, input.name, parsed.message)
      return
    }
    for (const { event, at } of eventsOf(parsed.value)) readEvent(event, `${input.name}#${at}`, draft)
  },
}

/** How MISP's attribute types are read: a kind, several kinds for the parts of a composite, or why not. */
export type MispReading =
  | { readonly parts: readonly (StatedType | "port")[] }
  | { readonly leave: "reference" | "unsupported"; readonly reason: string }

export function mispReading(type: string): MispReading {
  const plain = type.trim().toLowerCase()
  const parts = plain.split("|")
  const kinds = parts.map((part) => own(kindsByType, part))
  if (kinds.every((kind) => kind !== undefined)) return { parts: kinds as readonly (StatedType | "port")[] }
  const [first, second] = parts
  // `filename|imphash` and the like: the name can be hunted, the fuzzy digest cannot.
  if (second !== undefined && first !== undefined && own(kindsByType, first))
    return { parts: [own(kindsByType, first) as StatedType, "port"] }
  const aside = own(asides, plain)
  if (aside) return { leave: "reference", reason: aside }
  return { leave: "unsupported", reason: `MISP type ${type} is not found in logs by its value` }
}

const kindsByType: Readonly<Record<string, StatedType | "port">> = {
  "ip-src": "address",
  "ip-dst": "address",
  ip: "address",
  domain: "domain-name",
  hostname: "domain-name",
  url: "url",
  uri: "url",
  port: "port",
  email: "email-addr",
  "email-src": "email-addr",
  "email-dst": "email-addr",
  "email-reply-to": "email-addr",
  "user-agent": "user-agent",
  "http-user-agent": "user-agent",
  filename: "file",
  "email-attachment": "file",
  "malware-sample": "file",
  md5: "file:hashes.MD5",
  sha1: "file:hashes.SHA-1",
  sha256: "file:hashes.SHA-256",
  sha512: "file:hashes.SHA-512",
  "x509-fingerprint-md5": "file:hashes.MD5",
  "x509-fingerprint-sha1": "file:hashes.SHA-1",
  "x509-fingerprint-sha256": "file:hashes.SHA-256",
  "ja3-fingerprint-md5": "x-ja3",
  "ja4-fingerprint": "x-ja4",
}

/** Types that describe the report, the file or the victim, and indicate nothing. */
const asides: Readonly<Record<string, string>> = {
  link: "a reference link",
  comment: "a comment",
  text: "a text",
  other: "a text",
  attachment: "an attachment of the report",
  port: "a port without an address",
  "size-in-bytes": "a property of a file",
  "mime-type": "a property of a file",
  datetime: "a date",
  counter: "a number",
  float: "a number",
  integer: "a number",
  boolean: "a flag",
  "target-email": "the victim, not the attacker",
  "target-user": "the victim, not the attacker",
  "target-machine": "the victim, not the attacker",
  "target-org": "the victim, not the attacker",
  "target-location": "the victim, not the attacker",
  "target-external": "the victim, not the attacker",
  "campaign-name": "a name",
  "campaign-id": "a name",
  "threat-actor": "a name",
  "malware-type": "a name",
  vulnerability: "a vulnerability",
  weakness: "a weakness",
  cpe: "a product",
  phone_number: "a telephone number",
  "phone-number": "a telephone number",
  "first-name": "a person",
  "last-name": "a person",
  "full-name": "a person",
  "github-repository": "a reference link",
}

/** Reads one attribute value of a MISP type, composites into their parts (semantics 11.8). */
export function claimMisp(type: string, value: string, context: ClaimContext, draft: BulletinDraft): void {
  const reading = mispReading(type)
  if ("leave" in reading) {
    if (reading.leave === "unsupported" && value.trim() === "")
      draft.leave(type, value, "indicator-empty", "empty value", context.provenance)
    else
      draft.leave(
        type,
        value,
        reading.leave === "reference" ? "indicator-reference" : "indicator-unsupported",
        reading.reason,
        context.provenance,
      )
    return
  }
  if (/^uri$/i.test(type.trim()) && /^\s*[/?]/.test(value)) {
    draft.leave(type, value, "indicator-unsupported", "a path without a host is not hunted", context.provenance)
    return
  }
  const marked = type.startsWith("x509-") ? { ...context, marks: ["retyped"] } : context
  if (reading.parts.length === 1 && type.trim().toLowerCase() !== "malware-sample") {
    draft.claimAs(reading.parts[0] as StatedType, value, marked)
    return
  }
  const values = value.split("|")
  const parts = reading.parts.length === 1 ? ([...reading.parts, "hash"] as const) : reading.parts
  for (const [at, part] of parts.entries()) {
    const piece = values[at]
    if (part === "port" || (piece === undefined && at > 0)) continue
    draft.claimAs(part as StatedType, piece ?? "", marked)
  }
}

function* eventsOf(value: Json, at = ""): Generator<{ event: JsonObject; at: string }> {
  if (Array.isArray(value)) {
    for (const [index, entry] of (value as readonly Json[]).entries()) yield* eventsOf(entry, `${at}/${index}`)
  } else if (isObject(value)) {
    if (isObject(value.Event)) yield { event: value.Event, at: `${at}/Event` }
    else if (value.response !== undefined) yield* eventsOf(value.response, `${at}/response`)
    else if (value.Attribute !== undefined || value.Object !== undefined) yield { event: value, at }
  }
}

function readEvent(event: JsonObject, where: string, draft: BulletinDraft): void {
  draft.title ??= string(event.info) ?? null
  draft.published ??= string(event.date) ?? null
  const owner = isObject(event.Orgc) ? event.Orgc : isObject(event.Org) ? event.Org : undefined
  draft.publisher ??= string(owner?.name) ?? null
  for (const tag of tagsOf(event)) {
    draft.tlp = strictest(draft.tlp, tlpOfTag(tag))
    draft.pap = papOfTag(tag) ?? draft.pap
    const actor = actorOfTag(tag)
    if (actor) draft.actor(actor, `${where}/Tag`)
  }
  readGalaxies(event, where, draft)
  const eventTechniques = tagsOf(event).flatMap((tag) => (tag.includes("attack-pattern") ? techniquesIn(tag) : []))
  for (const [at, attribute] of list(event.Attribute).entries())
    if (isObject(attribute)) readAttribute(attribute, `${where}${pointer("Attribute", at)}`, eventTechniques, false, draft)
  for (const [at, object] of list(event.Object).entries()) {
    if (!isObject(object)) continue
    const gone = object.deleted === true || object.deleted === "1"
    for (const [index, attribute] of list(object.Attribute).entries()) {
      if (isObject(attribute))
        readAttribute(attribute, `${where}${pointer("Object", at, "Attribute", index)}`, eventTechniques, gone, draft)
    }
  }
  for (const report of objects(event.EventReport)) if (typeof report.name === "string") draft.reference(report.name)
}

function readGalaxies(event: JsonObject, where: string, draft: BulletinDraft): void {
  for (const galaxy of objects(event.Galaxy)) {
    if (
      !["threat-actor", "mitre-intrusion-set", "mitre-enterprise-attack-intrusion-set", "microsoft-activity-group"].includes(
        String(galaxy.type),
      )
    )
      continue
    for (const cluster of objects(galaxy.GalaxyCluster))
      if (typeof cluster.value === "string") draft.actor(cluster.value.replace(/\s+-\s+G\d{4}$/, ""), `${where}/Galaxy`)
  }
}

function readAttribute(attribute: JsonObject, where: string, techniques: readonly string[], gone: boolean, draft: BulletinDraft): void {
  const type = string(attribute.type) ?? ""
  const value = string(attribute.value) ?? ""
  if (type === "campaign-name") draft.campaign(value)
  const tags = tagsOf(attribute)
  let tlp: Tlp | undefined
  for (const tag of tags) tlp = strictest(tlp, tlpOfTag(tag))
  const toIds = attribute.to_ids === true || attribute.to_ids === "1" || attribute.to_ids === 1
  const own = tags.flatMap((tag) => (tag.includes("attack-pattern") ? techniquesIn(tag) : []))
  claimMisp(
    type,
    value,
    {
      provenance: `${where}/value`,
      toIds: attribute.to_ids === undefined ? undefined : toIds,
      withdrawn: gone || attribute.deleted === true || attribute.deleted === "1" || attribute.deleted === 1,
      tlp,
      validFrom: seen(attribute.first_seen),
      validUntil: seen(attribute.last_seen),
      techniques: own.length > 0 ? own : techniques,
      relations: tags.flatMap((tag) => relationOfTag(tag) ?? []),
      comment: string(attribute.comment),
    },
    draft,
  )
}

function tagsOf(holder: JsonObject): readonly string[] {
  return objects(holder.Tag).flatMap(({ name }) => (typeof name === "string" ? [name] : []))
}

function seen(value: Json | undefined): string | undefined {
  return parseInstant(string(value))
}
