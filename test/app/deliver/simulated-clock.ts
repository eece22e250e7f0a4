// A clock that a test moves: an hour passes in no time, and what waits for a time is called when it has come.
import type { Clock } from "../../../src/app/deliver/clock.js"

interface Waiting {
  readonly at: number
  readonly number: number
  readonly call: () => void
}

export class SimulatedClock implements Clock {
  #now = 0
  #number = 0
  #waiting: Waiting[] = []
  /** The most that ever waited at once, and how many calls were made. */
  mostWaiting = 0
  calls = 0

  readonly monotonicMs = (): number => this.#now

  readonly after = (ms: number, call: () => void): (() => void) => {
    const one = { at: this.#now + Math.max(0, ms), number: this.#number++, call }
    this.#waiting.push(one)
    this.mostWaiting = Math.max(this.mostWaiting, this.#waiting.length)
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== one)
    }
  }

  /** Lets so much time pass; what is called is waited for before time goes on. */
  async pass(ms: number, settled: () => Promise<void>): Promise<void> {
    const end = this.#now + ms
    await settled()
    for (;;) {
      const [next] = this.#waiting.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at || a.number - b.number)
      if (!next) break
      this.#now = next.at
      this.#waiting = this.#waiting.filter((one) => one !== next)
      this.calls++
      next.call()
      await settled()
    }
    this.#now = end
  }

  /** The process dies: nothing that waited is ever called. */
  forgetAll(): void {
    this.#waiting = []
  }
}
