// An observable that someone says is bad: who, until when, under which marking.
import type { Observable } from "./observable.js"
import type { Tlp } from "./tlp.js"

/** Quality marks: `reserved`, `warninglist:NAME`, `to-ids-false`, `leading-zeros`, `host-bits`, `retyped`, `withdrawn`. */
export type Mark = string

/** What a publisher says that a value belongs to, under STIX's names: `indicates` `intrusion-set` `APT31`. */
export interface Relation {
  readonly type: string
  /** The kind of the target: `intrusion-set`, `campaign`, `malware`, `attack-pattern`… */
  readonly to: string
  readonly name: string
}

export interface Indicator extends Observable {
  /** Title or id of the bulletin; `command line` for `--indicator`. */
  readonly bulletin: string
  readonly marks: readonly Mark[]
  /** RFC 3339, UTC. */
  readonly validFrom?: string
  readonly validUntil?: string
  /** 0 to 100, as in STIX. */
  readonly confidence?: number
  readonly toIds?: boolean
  /** Absent is unmarked, which is not `clear`. */
  readonly tlp?: Tlp
  /** Where it stands: `file:line`, `file#/json/pointer`, `file@byte`. */
  readonly provenance: string
  /** The value as the document has it, before refanging. */
  readonly original?: string
  /** ATT&CK technique ids and kill-chain phases. */
  readonly techniques?: readonly string[]
  readonly relations?: readonly Relation[]
  /** Free text of the publisher about this value. */
  readonly comment?: string
}
