// Values and the indicators that own them. A million of them cost a fraction of a Map: numbers only, and a value is told from others by its text
// in the list of indicators.
import { textHash } from "../../model/text-hash.js"

/** Neighbours looked at before a crowded value goes to the overflow: a list made of colliding values costs no more than any other. */
const probesMax = 64

export class Owned {
  /** Pairs: first indicator of a value plus one, 0 is free; and the value's hash, so that most strangers are told apart without reading them. */
  private readonly slots: Int32Array
  private readonly mask: number
  private readonly textOf: (indicator: number) => string
  /** Of values that several indicators share: all of them, by the first one. */
  private readonly shared = new Map<number, number[]>()
  private readonly overflow = new Map<string, number>()

  /** Has room for `count` indicators; `textOf` names the value of each. */
  constructor(count: number, textOf: (indicator: number) => string) {
    let size = 16
    while (size < count * 1.5) size *= 2
    this.slots = new Int32Array(2 * size)
    this.mask = size - 1
    this.textOf = textOf
  }

  add(indicator: number): void {
    const value = this.textOf(indicator)
    const place = this.find(value)
    if (place >= 0) {
      const first = (this.slots[place] as number) - 1
      if (first < 0) {
        this.slots[place] = indicator + 1
        this.slots[place + 1] = textHash(value)
      } else this.share(first, indicator)
      return
    }
    const first = this.overflow.get(value)
    if (first === undefined) this.overflow.set(value, indicator)
    else this.share(first, indicator)
  }

  /** The indicators of a value, in the order in which they were added. */
  get(value: string): readonly number[] {
    const place = this.find(value)
    const first = place >= 0 ? (this.slots[place] as number) - 1 : (this.overflow.get(value) ?? -1)
    return first < 0 ? [] : (this.shared.get(first) ?? [first])
  }

  /** Where the value stands or would stand; -1 if that is the overflow. */
  private find(value: string): number {
    const hash = textHash(value)
    for (let probe = 0; probe < probesMax; probe++) {
      const place = 2 * ((hash + probe) & this.mask)
      const found = this.slots[place] as number
      if (found === 0 || (this.slots[place + 1] === hash && this.textOf(found - 1) === value)) return place
    }
    return -1
  }

  private share(first: number, indicator: number): void {
    const all = this.shared.get(first)
    if (all) all.push(indicator)
    else this.shared.set(first, [first, indicator])
  }
}
