// The prints of a million indicators in the state store, in pieces: written as one value, they would hold up the commit that they stand in, and
// with it the search, for half a second. A piece is a commit of its own, between two parts of the logs; what names them comes last.
import type { StateStore } from "../hits/store/workspace.js"
import type { Prints } from "./indicator-prints.js"

/** As another value names them: themselves where they are few. */
export type KeptPrints = Prints | { readonly id: string; readonly pieces: number }

const kinds = { piece: "watch-prints", list: "watch-prints-list" } as const
const pieceLength = 256 * 1024

/** Prints on their way into the store. */
export interface PrintsToKeep {
  readonly kept: KeptPrints
  readonly prints: Prints
  stored: number
}

export class PrintsStore {
  readonly #state: StateStore
  /** Pieces that nothing names any longer. */
  #forgotten: { readonly id: string; left: number }[] = []

  /** `named` are those that other values name: all else was left by a crash. */
  constructor(state: StateStore, named: readonly KeptPrints[]) {
    this.#state = state
    const ids = new Set(named.map((one) => (typeof one === "string" ? undefined : one.id)))
    for (const { key, value } of state.entries<number>(kinds.list)) if (!ids.has(key)) this.#forgotten.push({ id: key, left: value })
  }

  /** `id` is new. Each `keep` stores another piece. */
  begin(prints: Prints, id: string): PrintsToKeep {
    const pieces = Math.ceil(prints.length / pieceLength)
    return { kept: pieces <= 1 ? prints : { id, pieces }, prints, stored: 0 }
  }

  isKept({ kept, stored }: PrintsToKeep): boolean {
    return typeof kept === "string" || stored === kept.pieces
  }

  /** Within a transaction. */
  keep({ kept, prints, stored }: PrintsToKeep): void {
    if (typeof kept === "string") return
    if (stored === 0) this.#state.set(kinds.list, kept.id, kept.pieces)
    this.#state.set(kinds.piece, keyOf(kept.id, stored), prints.slice(stored * pieceLength, (stored + 1) * pieceLength))
  }

  read(kept: KeptPrints): Prints {
    if (typeof kept === "string") return kept
    const pieces = Array.from({ length: kept.pieces }, (_, at) => this.#state.get<string>(kinds.piece, keyOf(kept.id, at)))
    if (pieces.includes(undefined)) throw new Error(`prints are named and not stored: ${kept.id}`)
    return pieces.join("")
  }

  /** Nothing names them any longer: `clean` removes them. */
  forget(kept: KeptPrints | undefined): void {
    if (kept !== undefined && typeof kept !== "string") this.#forgotten.push({ id: kept.id, left: kept.pieces })
  }

  get isClean(): boolean {
    return this.#forgotten.length === 0
  }

  /** Within a transaction: the last piece of those forgotten. Once it is committed, `cleaned`. */
  clean(): void {
    const [one] = this.#forgotten
    if (!one) return
    if (one.left > 0) this.#state.delete(kinds.piece, keyOf(one.id, one.left - 1))
    if (one.left <= 1) this.#state.delete(kinds.list, one.id)
  }

  cleaned(): void {
    const [one] = this.#forgotten
    if (one && --one.left <= 0) this.#forgotten.shift()
  }
}

function keyOf(id: string, piece: number): string {
  return `${id} ${piece}`
}
