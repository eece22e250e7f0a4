// What waits to be told, kept in the workspace: stored in the commit that found it, deleted when its receiver has taken it. So a dead receiver
// loses nothing, and a crash between the two delivers twice with the same ids: at least once.
import { type StateStore, StoreError } from "../../hits/store/workspace.js"
import { type AlertOutput, RefusedBatch, type Told } from "./alert-output.js"
import { type Clock, systemClock } from "./clock.js"

export interface OutboxStatus {
  readonly name: string
  readonly waiting: number
  readonly delivered: number
  readonly failures: number
  /** Put aside, since the receiver refuses them for good. */
  readonly refused: number
  /** Of the last failure, until a delivery succeeds. */
  readonly error: string | null
}

export interface OutboxOptions {
  readonly problem?: (message: string) => void
  readonly retryMs?: { readonly first: number; readonly most: number }
  readonly clock?: Clock
}

/** Of an output's queue: `first` is the oldest kept, `next` the number of the one to come. */
interface Range {
  readonly first: number
  readonly next: number
}

/**
 * What was taken is deleted so long after: a commit is synced to the disk, and one for each delivery would double the work of telling. A crash
 * within this time delivers again, with the same ids.
 */
const forgetAfterMs = 500

const rangeKind = "outbox"
const refusedKind = "outbox-refused"
const refusalsMax = 5

export class Outbox {
  readonly #lanes: readonly Lane[]

  constructor(state: StateStore, outputs: readonly AlertOutput[], options: OutboxOptions = {}) {
    this.#lanes = outputs.map((output) => new Lane(state, output, options))
  }

  /** Within a transaction of the state store. */
  put(told: readonly Told[]): void {
    if (told.length > 0) for (const lane of this.#lanes) lane.put(told)
  }

  /** Something was put and committed. */
  wake(): void {
    for (const lane of this.#lanes) lane.wake()
  }

  status(): readonly OutboxStatus[] {
    return this.#lanes.map((lane) => lane.status())
  }

  /** What was put aside for these outputs waits for them again, the oldest first. How many there are. */
  resend(): number {
    const count = this.#lanes.reduce((sum, lane) => sum + lane.resend(), 0)
    this.wake()
    return count
  }

  /** Delivers what can be delivered within the time; the rest stays for the next start. */
  async close(withinMs: number): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.close(withinMs)))
  }
}

/** How many alerts were put aside, by the name of the output that refused them. */
export function putAside(state: StateStore): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { key, value } of state.entries<Told>(refusedKind)) {
    const name = key.slice(0, -suffixOf(value).length)
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return counts
}

/** What stands behind the output's name in the key of what it refused. */
function suffixOf(one: Told): string {
  return ` ${one.id} ${one.type === "alert" ? one.revision : 0}`
}

/** One output's queue. */
class Lane {
  readonly #state: StateStore
  readonly #output: AlertOutput
  readonly #options: OutboxOptions
  readonly #clock: Clock
  readonly #kind: string
  #delivered = 0
  #failures = 0
  #refused = 0
  #refusals = 0
  #inARow = 0
  #error: string | null = null
  #lastAt = Number.NEGATIVE_INFINITY
  #notBefore = 0
  /** Takes back what waits for its time. */
  #cancelWaiting: (() => void) | undefined
  /** Delivered and not yet deleted, from the first kept on. */
  #taken = 0
  #cancelForgetting: (() => void) | undefined
  #running: Promise<void> | undefined
  #closing = false

  constructor(state: StateStore, output: AlertOutput, options: OutboxOptions) {
    this.#state = state
    this.#output = output
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#kind = `${rangeKind} ${output.name}`
    this.wake()
  }

  put(told: readonly Told[]): void {
    const wanted = this.#output.echoes ? told : told.filter(({ type }) => type === "alert")
    const { first, next } = this.#range()
    for (const [at, one] of wanted.entries()) this.#state.set(this.#kind, keyOf(next + at), one)
    this.#state.set(rangeKind, this.#output.name, { first, next: next + wanted.length })
  }

  resend(): number {
    return this.#state.transaction(() => {
      const own = this.#state
        .entries<Told>(refusedKind)
        .filter(({ key, value }) => key === this.#output.name + suffixOf(value))
        .sort(
          (a, b) =>
            compared(bornAt(a.value), bornAt(b.value)) || suffixOf(a.value).localeCompare(suffixOf(b.value), "en", { numeric: true }),
        )
      this.put(own.map(({ value }) => value))
      for (const { key } of own) this.#state.delete(refusedKind, key)
      return own.length
    })
  }

  wake(): void {
    if (this.#running || this.#cancelWaiting || this.#closing) return
    if (this.status().waiting === 0) return
    const wait = Math.max(this.#notBefore, this.#lastAt + this.#output.intervalMs) - this.#clock.monotonicMs()
    if (wait <= 0) this.#start()
    else {
      this.#cancelWaiting = this.#clock.after(wait, () => {
        this.#cancelWaiting = undefined
        this.#start()
      })
    }
  }

  status(): OutboxStatus {
    const { first, next } = this.#range()
    return {
      name: this.#output.name,
      waiting: next - first - this.#taken,
      delivered: this.#delivered,
      failures: this.#failures,
      refused: this.#refused,
      error: this.#error,
    }
  }

  async close(withinMs: number): Promise<void> {
    this.#cancelWaiting?.()
    this.#cancelWaiting = undefined
    this.#closing = true
    const end = this.#clock.monotonicMs() + withinMs
    const drain = async (): Promise<void> => {
      await this.#running
      // What failed last would fail again, and what must wait for its turn waits for the next start.
      while (this.#error === null && this.#output.intervalMs <= withinMs && this.status().waiting > 0 && this.#clock.monotonicMs() < end)
        await this.#step()
    }
    let cancel = (): void => {}
    const over = new Promise<void>((resolve) => {
      cancel = this.#clock.after(withinMs, resolve)
    })
    await Promise.race([drain(), over])
    cancel()
    this.#forget()
    await this.#output.close()
  }

  #start(): void {
    this.#running = this.#step().finally(() => {
      this.#running = undefined
      this.wake()
    })
  }

  async #step(): Promise<void> {
    const { first, next } = this.#range()
    const from = first + this.#taken
    const keys = Array.from({ length: Math.min(next - from, this.#output.batchMax) }, (_, at) => keyOf(from + at))
    const batch = keys.map((key) => this.#state.get<Told>(this.#kind, key)).filter((one) => one !== undefined)
    this.#lastAt = this.#clock.monotonicMs()
    try {
      if (batch.length > 0) await this.#output.deliver(batch)
    } catch (error) {
      this.#failed(error as Error, keys.length, batch)
      return
    }
    this.#delivered += batch.length
    this.#pass(keys.length)
  }

  #pass(count: number): void {
    this.#taken += count
    this.#error = null
    this.#inARow = 0
    this.#refusals = 0
    this.#cancelForgetting ??= this.#clock.after(forgetAfterMs, () => this.#forget())
  }

  /** A commit that fails leaves them, and is tried again; after a crash they are delivered again. */
  #forget(): void {
    this.#cancelForgetting?.()
    this.#cancelForgetting = undefined
    if (this.#taken === 0) return
    const count = this.#taken
    try {
      this.#state.transaction(() => {
        const { first, next } = this.#range()
        for (let at = 0; at < count; at++) this.#state.delete(this.#kind, keyOf(first + at))
        this.#state.set(rangeKind, this.#output.name, { first: first + count, next })
      })
      this.#taken -= count
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      if (!this.#closing) this.#cancelForgetting = this.#clock.after(forgetAfterMs, () => this.#forget())
    }
  }

  #refuse(refused: readonly Told[], count: number): void {
    this.#state.transaction(() => {
      for (const one of refused) this.#state.set(refusedKind, this.#output.name + suffixOf(one), one)
    })
    this.#refused += refused.length
    this.#pass(count)
  }

  #failed(error: Error, count: number, batch: readonly Told[]): void {
    this.#failures++
    this.#inARow++
    if (this.#error === null) this.#options.problem?.(`${this.#output.name}: ${error.message}: trying again until it works`)
    this.#error = error.message
    const { first, most } = this.#options.retryMs ?? { first: 1000, most: 60_000 }
    this.#notBefore = this.#clock.monotonicMs() + Math.min(most, first * 2 ** Math.min(this.#inARow - 1, 10))
    if (!(error instanceof RefusedBatch) || ++this.#refusals < refusalsMax) return
    try {
      this.#refuse(batch, count)
    } catch (fault) {
      // No room to put them aside: they go on waiting, and are refused once more.
      if (fault instanceof StoreError) return
      throw fault
    }
    this.#options.problem?.(
      `${this.#output.name}: ${batch.length} alerts are refused for good (${error.message}): put aside in the workspace`,
    )
  }

  #range(): Range {
    return this.#state.get<Range>(rangeKind, this.#output.name) ?? { first: 0, next: 0 }
  }
}

function bornAt(one: Told): string {
  return one.type === "alert" ? one.raisedAt : one.since
}

function compared(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Keys sort as their numbers do. */
function keyOf(at: number): string {
  return String(at).padStart(16, "0")
}
