// The hunt through what was there before an indicator was: every content up to where the watch had come, for the new indicators alone.
import type { Problem } from "../model/problem.js"
import type { WorkUnit } from "../model/work-unit.js"
import type { HeldContent } from "../sources/files/tail.js"
import type { WatchAnswer, WatchThreadSetup } from "./watch-job.js"
import type { OpenSearcher, WatchSearcher } from "./watch-thread.js"

export interface PastSearch {
  /** Set if it ended by a fault of ours. */
  readonly failed?: Error
  /** Stops after the content at hand is given up: it is searched at the next start. */
  stop(): Promise<void>
}

/** One content, and how far the watch had come in it: in stored bytes, and in decoded text. */
export interface PastBound {
  readonly id: string
  readonly path: string
  readonly bytes: number
  readonly below: number
  /** It was not there when the indicators came, and may never be. */
  readonly gone: boolean
}

export interface PastTask {
  readonly id: string
  readonly bounds: readonly PastBound[]
}

export interface PastTools {
  readonly setup: WatchThreadSetup
  readonly open: OpenSearcher
  readonly hold: (id: string) => HeldContent | undefined
  readonly copyOf: (id: string) => { readonly id: string; readonly to: number } | undefined
  /** Commits what was found in one content, together with its being done. */
  readonly done: (id: string, answer: WatchAnswer) => Promise<void>
  readonly end: () => Promise<void>
}

/** A content that is being compressed is gone for as long as its archive is not at rest. */
const goneTries = 10
const longGoneTries = 3
const goneWaitMs = 1000
const triesMax = 2

export function searchPast(task: PastTask, done: ReadonlySet<string>, tools: PastTools): PastSearch {
  const stopping = new AbortController()
  const search: { failed?: Error; stop(): Promise<void> } = {
    async stop() {
      stopping.abort()
      await running
    },
  }
  const running = run(task, done, tools, stopping.signal).catch((error: Error) => {
    search.failed = error
  })
  return search
}

async function run(task: PastTask, done: ReadonlySet<string>, tools: PastTools, signal: AbortSignal): Promise<void> {
  let left = task.bounds.filter(({ id }) => !done.has(`${task.id} ${id}`))
  const thread = { open: await tools.open(tools.setup) }
  const abort = (): void => void thread.open.close()
  signal.addEventListener("abort", abort)
  try {
    const listed = new Set(task.bounds.map(({ id }) => id))
    for (let tries = 0; left.length > 0 && !signal.aborted; tries++) {
      const gone: typeof left = []
      for (const bound of left) {
        if (signal.aborted) return
        const held = tools.hold(bound.id)
        if (!held) {
          if (tries < (bound.gone ? longGoneTries : goneTries)) gone.push(bound)
          else await tools.done(bound.id, bound.gone ? nothing : lost(bound.path))
          continue
        }
        try {
          const copy = tools.copyOf(bound.id)
          const from = copy && listed.has(copy.id) ? copy.to : 0
          // What was written since is not read again, where stored bytes tell that.
          const unit = held.kind === "lines" ? { ...held.unit, size: Math.min(held.unit.size, bound.bytes) } : held.unit
          const answer = await ask(thread, unit, from, bound.below, tools, signal)
          if (!answer) return
          await tools.done(bound.id, answer)
        } finally {
          held.release()
        }
      }
      left = gone
      if (left.length > 0) await new Promise((resume) => setTimeout(resume, goneWaitMs))
    }
    if (!signal.aborted) await tools.end()
  } finally {
    signal.removeEventListener("abort", abort)
    await thread.open.close()
  }
}

async function ask(
  thread: { open: WatchSearcher },
  unit: WorkUnit,
  from: number,
  below: number,
  { open, setup }: PastTools,
  signal: AbortSignal,
): Promise<WatchAnswer | undefined> {
  for (let tries = 1; ; tries++) {
    try {
      return await thread.open.run({ kind: "past", unit, from, below })
    } catch (error) {
      if (signal.aborted) return undefined
      thread.open = await open(setup)
      if (tries < triesMax) continue
      const message = `ended two searching threads (${(error as Error).message}): its past is not searched; report it as a fault`
      return answerWith({ code: "unreadable", where: unit.path, message })
    }
  }
}

function lost(path: string): WatchAnswer {
  const message = "was rotated away before its past was searched for the new indicators: hunt in its archive"
  return answerWith({ code: "blind-spot", where: path, message })
}

const nothing: WatchAnswer = { hits: [], problems: [], bytes: 0, records: 0 }

function answerWith(problem: Problem): WatchAnswer {
  return { ...nothing, problems: [problem] }
}
