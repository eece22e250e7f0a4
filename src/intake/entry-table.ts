// Entries in the order of the document, found again by type and value. A million of them cost a fraction of a Map: numbers only, one probe each.
import type { Observable, ObservableType } from "../model/observable.js"
import { textHash } from "../model/text-hash.js"

/** Neighbours looked at before a crowded value goes to the overflow: a document made of colliding values costs no more than any other. */
const probesMax = 64

export class EntryTable<Entry extends Observable> {
  readonly entries: Entry[] = []
  /** Pairs: index into the entries plus one, 0 is free; and the value's hash, so that most strangers are told apart without reading them. */
  private slots = new Int32Array(2 * 1024)
  private readonly overflow = new Map<string, number>()

  /** The last value looked for, which is the one that is then added, and its hash. */
  private asked = ""
  private askedType: ObservableType | undefined
  private askedHash = 0

  find(type: ObservableType, value: string): Entry | undefined {
    const hash = textHash(value, type.length)
    this.asked = value
    this.askedType = type
    this.askedHash = hash
    const { slots } = this
    const mask = slots.length / 2 - 1
    for (let probe = 0; probe < probesMax; probe++) {
      const at = 2 * ((hash + probe) & mask)
      const place = slots[at]!
      if (place === 0) return undefined
      if (slots[at + 1] !== hash) continue
      const entry = this.entries[place - 1]!
      if (entry.value === value && entry.type === type) return entry
    }
    const place = this.overflow.get(`${type} ${value}`)
    return place === undefined ? undefined : this.entries[place - 1]
  }

  /** Adds an entry that `find` does not know. */
  add(entry: Entry): void {
    this.entries.push(entry)
    if (this.entries.length * 4 > this.slots.length) this.grow()
    if (entry.value === this.asked && entry.type === this.askedType) this.place(this.entries.length, this.askedHash)
    else this.settle(this.entries.length)
  }

  private settle(place: number): void {
    const { type, value } = this.entries[place - 1]!
    this.place(place, textHash(value, type.length))
  }

  private place(place: number, hash: number): void {
    const { slots } = this
    const mask = slots.length / 2 - 1
    for (let probe = 0; probe < probesMax; probe++) {
      const at = 2 * ((hash + probe) & mask)
      if (slots[at] !== 0) continue
      slots[at] = place
      slots[at + 1] = hash
      return
    }
    const { type, value } = this.entries[place - 1]!
    this.overflow.set(`${type} ${value}`, place)
  }

  /** Hashes are kept, so that growing reads no value again. */
  private grow(): void {
    const { slots } = this
    const crowded = [...this.overflow.values()]
    this.slots = new Int32Array(slots.length * 2)
    this.overflow.clear()
    for (let at = 0; at < slots.length; at += 2) if (slots[at] !== 0) this.place(slots[at]!, slots[at + 1]!)
    for (const place of crowded) this.settle(place)
  }
}
