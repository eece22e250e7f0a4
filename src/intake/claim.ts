// What a document says about one value, before it is read: the raw text, the kind it states, and what it says beside it.
import type { Relation } from "../model/indicator.js"
import type { ObservableType } from "../model/observable.js"
import type { Tlp } from "../model/tlp.js"

/** `address`, `hash`, `host` and `file` leave the exact kind to the value; `any` leaves everything to it. */
export type StatedType = ObservableType | "address" | "hash" | "host" | "file" | "any"

export interface Claim {
  readonly type: StatedType
  /** As the document has it, before refanging. */
  readonly value: string
  /** `file:line`, `file#/json/pointer` or `file@byte`. */
  readonly provenance: string
  readonly validFrom?: string
  readonly validUntil?: string
  /** 0 to 100. */
  readonly confidence?: number
  readonly toIds?: boolean
  readonly tlp?: Tlp
  readonly techniques?: readonly string[]
  readonly relations?: readonly Relation[]
  readonly comment?: string
  /** Revoked or deleted by its publisher (semantics 11.11). */
  readonly withdrawn?: boolean
  /** How the document spells it, where `value` was already refanged. */
  readonly original?: string
  /** The value is a text of its own, no cut that holds a whole document alive. */
  readonly detached?: boolean
  /** Quality marks that the format itself has found, such as `retyped`. */
  readonly marks?: readonly string[]
}

/** What is said beside a value. */
export type ClaimContext = Omit<Claim, "type" | "value">
