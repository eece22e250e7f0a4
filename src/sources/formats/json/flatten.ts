// One JSON value as dotted keys and plain values, with bounds on depth, number and size.
import type { Entry } from "../plain-keys.js"

const depthMax = 12
const entriesMax = 1000
const elementsMax = 64

/** Objects as dotted keys; lists of plain values as one entry, lists of objects element by element under the same key. */
export function flatten(value: unknown): Entry[] {
  const entries: Entry[] = []
  visit(value, "", 0, entries)
  return entries
}

/** Paths stand in the tables of formats: there are some hundreds, and each is taken apart once. */
const partsKnown = new Map<string, readonly string[]>()
const partsMax = 4096

function partsOf(path: string): readonly string[] {
  const known = partsKnown.get(path)
  if (known) return known
  const parts = path.split(".")
  if (partsKnown.size < partsMax) partsKnown.set(path, parts)
  return parts
}

/** A nested plain value by its path; undefined if there is none. */
export function at(value: unknown, path: string): string | number | undefined {
  let here: unknown = value
  for (const name of partsOf(path)) {
    if (Array.isArray(here)) here = here[0]
    if (typeof here !== "object" || here === null) return undefined
    here = (here as Record<string, unknown>)[name]
  }
  if (Array.isArray(here)) here = here[0]
  return typeof here === "string" || typeof here === "number" ? here : typeof here === "boolean" ? String(here) : undefined
}

/** A nested list of plain values by its path; empty if there is none. */
export function listAt(value: unknown, path: string): (string | number)[] {
  let here: unknown = value
  for (const name of partsOf(path)) {
    if (typeof here !== "object" || here === null) return []
    here = (here as Record<string, unknown>)[name]
  }
  const list = Array.isArray(here) ? here : here === undefined || here === null ? [] : [here]
  return list.slice(0, elementsMax).filter((each): each is string | number => typeof each === "string" || typeof each === "number")
}

function visit(value: unknown, key: string, depth: number, entries: Entry[]): void {
  if (entries.length >= entriesMax || depth > depthMax || value === null || value === undefined) return
  if (typeof value === "string" || typeof value === "number") entries.push({ key, value })
  else if (typeof value === "boolean") entries.push({ key, value: String(value) })
  else if (Array.isArray(value)) visitList(value, key, depth, entries)
  else if (typeof value === "object") {
    for (const [name, inner] of Object.entries(value)) visit(inner, key === "" ? name : `${key}.${name}`, depth + 1, entries)
  }
}

function visitList(list: readonly unknown[], key: string, depth: number, entries: Entry[]): void {
  const plain = list.slice(0, elementsMax).filter((each): each is string | number => typeof each === "string" || typeof each === "number")
  if (plain.length > 0) entries.push({ key, value: plain.length === 1 ? (plain[0] as string | number) : plain })
  for (const each of list.slice(0, elementsMax)) if (typeof each === "object") visit(each, key, depth + 1, entries)
}
