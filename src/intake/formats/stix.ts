// STIX 2.0 and 2.1: bundles, single objects and JSON Lines of objects. Patterns become values; what cannot be hunted is named.

import type { Relation } from "../../model/indicator.js"
import { parseTlp, strictest, type Tlp } from "../../model/tlp.js"
import type { StatedType } from "../claim.js"
import type { BulletinDraft } from "../draft.js"
import { isObject, type Json, type JsonObject, list, objects, parseJson, pointer, string } from "../json.js"
import { parseConfidence, parseInstant, tlpMarkings } from "../marking.js"
import { own } from "../own.js"
import { looksLikePattern, patternTerms } from "../stix-terms.js"
import type { BulletinFormat, BulletinInput } from "./format.js"

export const stix: BulletinFormat = {
  name: "stix",
  title: "STIX 2.0 or 2.1: bundle or JSON Lines",
  recognize({ head }) {
    if (!/^\s*[[{]/.test(head)) return 0
    if (/"type"\s*:\s*"bundle"/.test(head) && /"(?:objects|spec_version|id)"/.test(head)) return 1
    if (/"pattern"\s*:\s*"[^"]*\[/.test(head) && /"type"\s*:\s*"indicator"/.test(head)) return 0.95
    return /"(?:id|type)"\s*:\s*"(?:indicator|report|malware|intrusion-set|relationship|identity|ipv4-addr|domain-name|url|file)(?:--[0-9a-f-]{36})?"/.test(
      head,
    ) && /--[0-9a-f]{8}-/.test(head)
      ? 0.8
      : 0
  },
  parse(input, draft) {
    const located = readObjects(input, draft)
    const context = contextOf(located.map(({ object }) => object))
    for (const { object } of located) describe(object, context, draft, input.name)
    const byDeclared = located.some(({ object }) => object.type === "indicator")
    for (const item of located) readObject(item, context, byDeclared, draft)
  },
}

interface Located {
  readonly object: JsonObject
  readonly provenance: string
}

interface Context {
  readonly tlpById: ReadonlyMap<string, Tlp>
  readonly observedRefs: ReadonlySet<string>
  readonly techniquesById: ReadonlyMap<string, readonly string[]>
  readonly namesById: ReadonlyMap<string, string>
  /** Of the objects that relationships start from. */
  readonly relationsById: ReadonlyMap<string, readonly Relation[]>
}

function readObjects(input: BulletinInput, draft: BulletinDraft): readonly Located[] {
  const text = input.text()
  const whole = parseJson(text)
  if ("value" in whole) return rooted(whole.value, `${input.name}#`)
  if (whole.code === "limit") {
    draft.problem("limit", input.name, whole.message)
    return []
  }
  return readLines(text, input.name, draft, whole.message)
}

function rooted(value: Json, root: string): readonly Located[] {
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap((entry, at) => rooted(entry, `${root}/${at}`))
  if (!isObject(value)) return []
  if (value.type !== "bundle" && !Array.isArray(value.objects)) return [{ object: value, provenance: root }]
  return list(value.objects).flatMap((object, at) => (isObject(object) ? [{ object, provenance: `${root}${pointer("objects", at)}` }] : []))
}

function readLines(text: string, name: string, draft: BulletinDraft, message: string): readonly Located[] {
  const located: Located[] = []
  const faults: number[] = []
  let line = 0
  for (const part of text.split("\n")) {
    line++
    if (part.trim() === "") continue
    const parsed = part.length <= 16 * 1024 * 1024 ? parseJson(part) : { code: "limit" as const, message: "line too long" }
    if ("value" in parsed) located.push(...rooted(parsed.value, `${name}:${line}`))
    else faults.push(line)
  }
  if (located.length === 0) draft.problem("malformed", name, message)
  else
    for (const at of faults.slice(0, 100)) draft.problem("malformed", `${name}:${at}`, "no JSON object on this line; the others are read")
  return located
}

function contextOf(all: readonly JsonObject[]): Context {
  const tlpById = new Map<string, Tlp>(Object.entries(tlpMarkings))
  const observedRefs = new Set<string>()
  const techniquesById = new Map<string, readonly string[]>()
  const namesById = new Map<string, string>()
  for (const object of all) {
    const id = string(object.id) ?? ""
    if (object.type === "marking-definition") {
      const tlp = tlpOfDefinition(object)
      if (tlp) tlpById.set(id, tlp)
    }
    if (object.type === "observed-data") for (const ref of list(object.object_refs)) observedRefs.add(String(ref))
    if (typeof object.name === "string") namesById.set(id, object.name)
    if (object.type === "attack-pattern") {
      const external = objects(object.external_references).find(({ source_name }) => String(source_name).startsWith("mitre"))
      if (typeof external?.external_id === "string") techniquesById.set(id, [external.external_id])
    }
  }
  const indicated = new Map<string, string[]>()
  const relationsById = new Map<string, Relation[]>()
  for (const object of all) {
    const relation = relationOf(object, namesById)
    if (relation) listAt(relationsById, String(object.source_ref)).push(relation)
    if (object.type !== "relationship" || object.relationship_type !== "indicates") continue
    const technique = techniquesById.get(String(object.target_ref))
    if (technique) listAt(indicated, String(object.source_ref)).push(...technique)
  }
  for (const [id, techniques] of indicated) techniquesById.set(id, techniques)
  return { tlpById, observedRefs, techniquesById, namesById, relationsById }
}

function listAt<Item>(lists: Map<string, Item[]>, key: string): Item[] {
  const list = lists.get(key) ?? []
  if (list.length === 0) lists.set(key, list)
  return list
}

/** What an SRO says, if it names its target; an object without a name is told by its id. */
function relationOf(object: JsonObject, namesById: ReadonlyMap<string, string>): Relation | undefined {
  const target = string(object.target_ref)
  if (object.type !== "relationship" || target === undefined || object.revoked === true) return undefined
  return { type: string(object.relationship_type) ?? "related-to", to: target.replace(/--.*$/, ""), name: namesById.get(target) ?? target }
}

function tlpOfDefinition(object: JsonObject): Tlp | undefined {
  const definition = isObject(object.definition) ? string(object.definition.tlp) : undefined
  const extension = isObject(object.extensions)
    ? objects(Object.values(object.extensions)).find(({ tlp_2_0 }) => typeof tlp_2_0 === "string")
    : undefined
  const label = definition ?? string(extension?.tlp_2_0) ?? (/^TLP/i.test(string(object.name) ?? "") ? string(object.name) : undefined)
  return label === undefined ? undefined : parseTlp(label)
}

function tlpOf(object: JsonObject, context: Context): Tlp | undefined {
  let tlp: Tlp | undefined
  for (const ref of list(object.object_marking_refs)) tlp = strictest(tlp, context.tlpById.get(String(ref)))
  return tlp
}

/** What the document says about itself and the actors behind it. */
function describe(object: JsonObject, context: Context, draft: BulletinDraft, name: string): void {
  switch (object.type) {
    case "report":
    case "grouping":
      draft.title ??= string(object.name) ?? null
      draft.published ??= string(object.published) ?? string(object.created) ?? null
      draft.publisher ??= context.namesById.get(String(object.created_by_ref)) ?? null
      draft.tlp = strictest(draft.tlp, tlpOf(object, context))
      break
    case "identity":
      draft.publisher ??= object.identity_class === "organization" && typeof object.name === "string" ? object.name : null
      draft.contact ??= string(object.contact_information) ?? null
      break
    case "campaign":
      draft.campaign(string(object.name) ?? "")
      break
    case "intrusion-set":
    case "threat-actor": {
      const common = string(object.name)
      if (common) draft.actor(common, `${name} ${string(object.id) ?? ""}`.trim())
      for (const alias of list(object.aliases))
        if (typeof alias === "string" && common) draft.actor(alias, `${name} ${string(object.id) ?? ""} (alias of ${common})`)
      break
    }
  }
  for (const reference of objects(object.external_references)) {
    const address = string(reference.url)
    if (address === undefined) continue
    draft.leave(
      "url",
      address,
      "indicator-reference",
      `an external reference (${string(reference.source_name) ?? "unnamed"})`,
      `${name} ${string(object.id) ?? ""}`.trim(),
    )
    if (object.type === "report") draft.reference(address)
  }
}

function readObject({ object, provenance }: Located, context: Context, byDeclared: boolean, draft: BulletinDraft): void {
  if (object.type === "indicator") {
    readIndicator(object, provenance, context, draft)
    return
  }
  if (object.type === "observed-data" && isObject(object.objects)) {
    readEmbedded(object.objects, provenance, draft)
    return
  }
  const unhunted = own(unhuntedKinds, String(object.type))
  const named = unhunted && string(object[unhunted])
  if (named)
    draft.leave(
      String(object.type),
      named,
      "indicator-unsupported",
      `a ${String(object.type)} is not found in logs by its value`,
      `${provenance}/${unhunted}`,
    )
  const terms = observableTerms(object)
  if (!terms) return
  const observed = context.observedRefs.has(String(object.id))
  for (const { type, value, key } of terms) {
    if (observed) draft.leave(type, value, "indicator-reference", observedOnly, `${provenance}${key}`)
    // Beside indicators, a bundle's plain observables are what those are based on; alone, they are the list itself.
    else
      draft.claim({
        type,
        value,
        provenance: `${provenance}${key}`,
        tlp: tlpOf(object, context),
        comment: byDeclared ? "a plain observable beside the indicators" : undefined,
      })
  }
}

const observedOnly = "observed, not indicated: part of an observed-data object"

/** STIX 2.0 keeps observables inside the observation. */
function readEmbedded(embedded: JsonObject, provenance: string, draft: BulletinDraft): void {
  for (const [index, object] of Object.entries(embedded)) {
    if (!isObject(object)) continue
    for (const { type, value, key } of observableTerms(object) ?? [])
      draft.leave(type, value, "indicator-reference", observedOnly, `${provenance}${pointer("objects", index)}${key}`)
  }
}

/** Observables that are no values of logs, and the property that tells one. */
const unhuntedKinds: Readonly<Record<string, string>> = {
  mutex: "name",
  "windows-registry-key": "key",
  process: "command_line",
  "autonomous-system": "number",
  "mac-addr": "value",
  "user-account": "account_login",
}

function readIndicator(object: JsonObject, provenance: string, context: Context, draft: BulletinDraft): void {
  const pattern = string(object.pattern) ?? ""
  const language = string(object.pattern_type) ?? string(object.pattern_lang) ?? "stix"
  const where = `${provenance}/pattern`
  if (pattern.trim() === "") {
    draft.leave("pattern", pattern, "indicator-empty", "an indicator without a pattern", where)
    return
  }
  if (language !== "stix" && !looksLikePattern(pattern)) {
    draft.leave(language, pattern, "indicator-unsupported", `patterns in ${language} are not hunted`, where)
    return
  }
  const terms = patternTerms(pattern)
  if ("message" in terms) {
    draft.leave("pattern", pattern, "indicator-unreadable", terms.message, where)
    return
  }
  const tlp = tlpOf(object, context)
  const validFrom = parseInstant(string(object.valid_from))
  const validUntil = parseInstant(string(object.valid_until))
  const confidence = object.confidence === undefined ? undefined : parseConfidence(String(object.confidence))
  const techniques = [
    ...(context.techniquesById.get(String(object.id)) ?? []),
    ...objects(object.kill_chain_phases).map(({ phase_name }) => String(phase_name)),
  ]
  const comment = string(object.description) ?? string(object.name)
  for (const { type, value } of terms.claims) {
    draft.claim({
      type,
      value,
      provenance: where,
      tlp,
      validFrom,
      validUntil,
      confidence,
      techniques,
      relations: context.relationsById.get(String(object.id)),
      comment,
      withdrawn: object.revoked === true,
    })
  }
  for (const { type, value, reason } of terms.unsupported) draft.leave(type, value, "indicator-unsupported", reason, where)
}

const valueTypes: Readonly<Record<string, StatedType>> = {
  "ipv4-addr": "ipv4-addr",
  "ipv6-addr": "ipv6-addr",
  "domain-name": "domain-name",
  url: "url",
  "email-addr": "email-addr",
}

function observableTerms(object: JsonObject): readonly { type: StatedType; value: string; key: string }[] | undefined {
  const type = own(valueTypes, String(object.type))
  if (type) return typeof object.value === "string" ? [{ type, value: object.value, key: "/value" }] : undefined
  if (object.type !== "file") return undefined
  const terms: { type: StatedType; value: string; key: string }[] = []
  if (isObject(object.hashes)) {
    for (const [algorithm, value] of Object.entries(object.hashes)) {
      const stated = (
        {
          MD5: "file:hashes.MD5",
          "SHA-1": "file:hashes.SHA-1",
          "SHA-256": "file:hashes.SHA-256",
          "SHA-512": "file:hashes.SHA-512",
        } as Record<string, StatedType>
      )[algorithm]
      if (stated && typeof value === "string") terms.push({ type: stated, value, key: pointer("hashes", algorithm) })
    }
  }
  // A file object without digest is known by its name alone.
  if (terms.length === 0 && typeof object.name === "string") terms.push({ type: "file:name", value: object.name, key: "/name" })
  return terms
}
