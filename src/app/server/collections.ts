// The collections of the TAXII server: where bulletins are published and sightings collected.
import { createHash } from "node:crypto"
import type { StateStore } from "../../hits/store/workspace.js"

const kind = "taxii-collection"

export interface Collection {
  /** UUID (TAXII 2.1 section 5.2). */
  readonly id: string
  readonly title: string
  readonly description?: string
  /** A name for people, used in place of the id. */
  readonly alias: string
}

export function addCollection(state: StateStore, alias: string, title: string, description?: string): Collection {
  const collection = { id: idOf(alias), title, alias, ...(description === undefined ? {} : { description }) }
  state.set(kind, collection.id, collection)
  return collection
}

export function collections(state: StateStore): readonly Collection[] {
  return state.entries<Collection>(kind).map(({ value }) => value)
}

/** By id or alias. */
export function findCollection(state: StateStore, name: string): Collection | undefined {
  return collections(state).find(({ id, alias }) => id === name || alias === name)
}

export function removeCollection(state: StateStore, id: string): void {
  state.delete(kind, id)
}

/** A UUID of the alias, version 8 (RFC 9562 section 5.8): the same alias is the same collection after a backup is restored. */
function idOf(alias: string): string {
  const bytes = createHash("sha256").update(`sillage collection ${alias}`).digest().subarray(0, 16)
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
  const hex = bytes.toString("hex")
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
