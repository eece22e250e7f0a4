// Puts the segments of a TCP connection in order, bounded, and hands them to the parser of the protocol inside.
import type { Loss } from "./losses.js"
import type { Side } from "./side.js"

/** Reads what a connection carries. Told of bytes in order, of gaps, and of the end. Never keeps `bytes`. */
export interface Application {
  readonly name: string
  /** Returns another application where the connection changes to it (STARTTLS, CONNECT), "done" where nothing more is of interest. */
  data(side: Side, bytes: Buffer, start: number, end: number, time: Time): Application | "done" | undefined
  /** So many bytes are missing. True where something that would be read is lost by it. */
  gap(side: Side, bytes: number): boolean
  end(): void
}

export interface Time {
  readonly seconds: number
  readonly nanos: number
}

/** Memory that all connections of a file share for what they hold back. */
export interface Budget {
  used: number
  readonly max: number
}

/** Segments ahead of a gap that are kept for one direction: more, and the gap is taken as one that stays. */
const aheadMax = 1024

/** Of most directions: shared, and never written to. */
const noneAhead: Ahead[] = []

interface Ahead {
  readonly sequence: number
  readonly bytes: Buffer
  readonly time: Time
}

interface Direction {
  next: number | undefined
  ahead: Ahead[]
  /** The FIN came, and all bytes before it. */
  ended: boolean
}

export interface StreamListener {
  /** Names the protocol from the first bytes in order; undefined asks for the next segment. */
  detect(side: Side, bytes: Buffer, start: number, end: number): Application | "done" | undefined
  lose(kind: Loss): void
}

export class Stream {
  application: Application | undefined
  readonly #directions: readonly [Direction, Direction] = [
    { next: undefined, ahead: noneAhead, ended: false },
    { next: undefined, ahead: noneAhead, ended: false },
  ]
  readonly #budget: Budget
  readonly #to: StreamListener

  constructor(budget: Budget, to: StreamListener) {
    this.#budget = budget
    this.#to = to
  }

  /** False where nothing more of the connection is of interest. */
  segment(side: Side, sequence: number, bytes: Buffer, start: number, end: number, time: Time): boolean {
    const direction = this.#directions[side]
    if (direction.next === undefined) direction.next = sequence
    const ahead = (sequence - direction.next) | 0
    if (ahead <= 0) {
      if (start - ahead >= end) return true
      return this.#deliver(side, direction, bytes, start - ahead, end, time) && this.#drain(side, direction)
    }
    if (direction.ahead === noneAhead) direction.ahead = []
    direction.ahead.push({ sequence, bytes: Buffer.from(bytes.subarray(start, end)), time })
    this.#budget.used += end - start
    if (direction.ahead.length <= aheadMax && this.#budget.used <= this.#budget.max) return true
    this.#jump(side, direction, "segments-late")
    return this.#drain(side, direction)
  }

  /** A SYN tells where the bytes will begin. */
  open(side: Side, sequence: number): void {
    this.#directions[side].next ??= sequence
  }

  close(): void {
    for (const side of [0, 1] as const) {
      const direction = this.#directions[side]
      while (direction.ahead.length > 0) {
        this.#jump(side, direction, "segments-missing")
        if (!this.#drain(side, direction)) break
      }
    }
    this.release()
    this.application?.end()
  }

  /** Gives back what is held. */
  release(): void {
    for (const direction of this.#directions) {
      for (const { bytes } of direction.ahead) this.#budget.used -= bytes.length
      direction.ahead = noneAhead
    }
  }

  /** A FIN, behind the bytes before `sequence`. True where both sides have ended and nothing is missing: no more will come. */
  ends(side: Side, sequence: number): boolean {
    const direction = this.#directions[side]
    if (direction.next === sequence && direction.ahead.length === 0) direction.ended = true
    return this.#directions[0].ended && this.#directions[1].ended
  }

  #deliver(side: Side, direction: Direction, bytes: Buffer, start: number, end: number, time: Time): boolean {
    direction.next = ((direction.next as number) + (end - start)) | 0
    let from: Application | "done" | undefined = this.application
    if (!from) {
      from = this.#to.detect(side, bytes, start, end)
      if (from === "done") return false
      this.application = from
    }
    const change = from?.data(side, bytes, start, end, time)
    if (change === "done") return false
    if (change) {
      this.application?.end()
      this.application = change
    }
    return true
  }

  #drain(side: Side, direction: Direction): boolean {
    while (direction.ahead.length > 0) {
      const next = direction.next as number
      const index = direction.ahead.findIndex(({ sequence }) => ((sequence - next) | 0) <= 0)
      if (index < 0) return true
      const [segment] = direction.ahead.splice(index, 1) as [Ahead]
      this.#budget.used -= segment.bytes.length
      const skipped = (next - segment.sequence) | 0
      if (skipped >= segment.bytes.length) continue
      if (!this.#deliver(side, direction, segment.bytes, skipped, segment.bytes.length, segment.time)) return false
    }
    return true
  }

  /** Takes the gap before the nearest segment as one that stays. */
  #jump(side: Side, direction: Direction, why: Loss): void {
    const next = direction.next as number
    const nearest = direction.ahead.reduce((best, { sequence }) => Math.min(best, (sequence - next) | 0), 0x7fffffff)
    if (this.application?.gap(side, nearest)) this.#to.lose(why)
    direction.next = (next + nearest) | 0
  }
}
