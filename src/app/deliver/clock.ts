// The time that a delivery waits by: the system's, unless a test hands in its own.

export interface Clock {
  /** Milliseconds that only ever grow, whatever the wall clock does. */
  readonly monotonicMs: () => number
  /** Calls once, so much later; the answer takes it back. */
  readonly after: (ms: number, call: () => void) => () => void
}

export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms)
    return () => clearTimeout(timer)
  },
}
