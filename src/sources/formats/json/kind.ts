// A kind of JSON record: how it is known by its keys, and what its fields mean.
import type { FieldValue } from "../../../model/log-record.js"
import { stampOf } from "../../time/stamp.js"
import { type Draft, fieldsOf } from "../draft.js"
import { endpoint, side } from "../endpoint.js"
import { looseUrl } from "../request.js"
import { at, listAt } from "./flatten.js"

export type JsonObject = Readonly<Record<string, unknown>>

export interface JsonKind {
  readonly name: string
  readonly title: string
  /** Known by its keys alone, cheaply. */
  is(object: JsonObject): boolean
  draft(object: JsonObject, line: string, inner: (line: string) => Draft): Draft | undefined
}

/** ECS field to the paths that may hold it, in order; `*` before a path takes a whole list. */
export type FieldTable = Readonly<Record<string, string | readonly string[]>>

/** Fields by a table. Addresses lose glued ports, URLs are taken apart. */
export function fieldsBy(table: FieldTable, object: JsonObject): Record<string, FieldValue> {
  const fields: Record<string, FieldValue> = {}
  for (const [name, paths] of Object.entries(table)) {
    const value = firstOf(object, typeof paths === "string" ? [paths] : paths)
    if (value === undefined) continue
    for (const [key, each] of Object.entries(fieldsOf(placed(name, value)))) fields[key] ??= each
  }
  return fields
}

export function stampAt(object: JsonObject, ...paths: readonly string[]): Draft["time"] {
  for (const path of paths) {
    const value = at(object, path)
    const stamp = value === undefined ? undefined : stampOf(value)
    if (stamp) return stamp
  }
  return undefined
}

function firstOf(object: JsonObject, paths: readonly string[]): FieldValue | undefined {
  for (const path of paths) {
    const list = path.startsWith("*") ? listAt(object, path.slice(1)) : undefined
    const value = list ? (list.length > 1 ? list : list[0]) : at(object, path)
    if (value !== undefined && value !== "" && value !== "-") return value
  }
  return undefined
}

function placed(name: string, value: FieldValue): Readonly<Record<string, FieldValue | undefined>> {
  if (Array.isArray(value)) return { [name]: value }
  const text = String(value)
  if ((name === "source.ip" || name === "destination.ip") && typeof value === "string") return side(name.slice(0, -3), endpoint(text))
  if (name.endsWith(".port")) return /^\d{1,5}$/.test(text) ? { [name]: Number(text) } : {}
  if (name === "url.full" || name === "url.path") return looseUrl(text) as Record<string, FieldValue>
  if (name === "url.domain") {
    const { ip, domain, port } = endpoint(text)
    return { "url.domain": ip ?? domain ?? text, "url.port": port }
  }
  return { [name]: value }
}
