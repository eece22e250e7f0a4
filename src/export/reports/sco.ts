// STIX cyber observables with the ids that every producer computes alike: UUID version 5 over the contributing properties (STIX 2.1, 2.9).
import { createHash } from "node:crypto"
import type { ObservableType } from "../../model/observable.js"

/** The namespace that STIX sets for observables, and for nothing else. */
const namespace = Buffer.from("00abedb4aa42466c9c01fed23315a9b7", "hex")

export type Sco = Readonly<Record<string, unknown>> & { readonly type: string; readonly id: string }

/** The observable of a value; undefined for kinds that STIX has no observable for. */
export function scoOf(type: ObservableType, value: string): Sco | undefined {
  if (type === "ipv4-addr" || type === "ipv6-addr") return /-/.test(value) ? undefined : sco(type, { value })
  if (type === "domain-name" || type === "url" || type === "email-addr") return sco(type, { value })
  if (type === "file:name") return sco("file", { name: value })
  if (type.startsWith("file:hashes.")) return sco("file", { hashes: { [type.slice("file:hashes.".length)]: value } })
  return undefined
}

/** `contributing` are exactly the properties that its id is computed from. */
export function sco(type: string, contributing: Readonly<Record<string, unknown>>, further: Readonly<Record<string, unknown>> = {}): Sco {
  return { type, spec_version: "2.1", id: `${type}--${uuid5(canonicalJson(contributing))}`, ...contributing, ...further }
}

/** RFC 8785 for what occurs here: strings, whole numbers, lists and objects with sorted names. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`
  if (typeof value !== "object" || value === null) return JSON.stringify(value)
  const names = Object.keys(value).sort()
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonicalJson((value as Record<string, unknown>)[name])}`).join(",")}}`
}

function uuid5(name: string): string {
  const bytes = createHash("sha1").update(namespace).update(name).digest().subarray(0, 16)
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x50
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
  const hex = bytes.toString("hex")
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
