// Where units run: in this thread for a small archive, in worker threads for a large one. Units in, plain values out.
import { Worker } from "node:worker_threads"
import type { Problem } from "../model/problem.js"
import { storedBytes, type WorkUnit } from "../model/work-unit.js"
import type { UnitResult } from "./finding.js"
import { compileFor } from "./load-matcher.js"
import type { PartsRequest, PartsResult } from "./scan-part.js"
import { createScan, huntedBy, type Job, type ScanSetup, type ThreadSetup, type ToPool } from "./scan-setup.js"

/** Below this, starting threads costs more than it saves. */
const inlineBytesMax = 24 * 1024 * 1024

export interface Pool {
  /** How many units run at once. */
  readonly width: number
  readonly run: (unit: WorkUnit) => Promise<UnitResult>
  /** The same for a unit that the index knows already. */
  readonly runAgain: (unit: WorkUnit) => Promise<UnitResult>
  /** Undefined where the file must be searched whole. */
  readonly runParts: (unit: WorkUnit, request: PartsRequest) => Promise<PartsResult | undefined>
  /** Writes what is left of the index, when all units are done. */
  finish(): Promise<readonly Problem[]>
  close(): Promise<void>
}

export interface PoolRequest extends ScanSetup {
  readonly workers: number
  /** Threads are started however small the archive is. */
  readonly alwaysThreads?: boolean
  /** Told now and then of the stored bytes of a unit that were read so far. */
  readonly passed?: (unit: WorkUnit, bytes: number) => void
}

export async function openPool(request: PoolRequest, bytesTotal: number): Promise<Pool> {
  const { workers, alwaysThreads, passed, ...scan } = request
  const setup: ThreadSetup = { ...scan, compiled: await compileFor(huntedBy(request)) }
  if (workers <= 1 || (bytesTotal <= inlineBytesMax && !alwaysThreads)) return inThisThread(setup, passed)
  return threads(workers, setup, passed)
}

/** One unit at a time: the units of a segmented file are all asked for at once, and there is one room for text. */
function inThisThread(setup: ThreadSetup, passed: PoolRequest["passed"]): Pool {
  const { index } = setup
  let current: WorkUnit | undefined
  const scan = createScan(setup, passed && ((bytes) => current && passed(current, bytes)))
  let last: Promise<unknown> = Promise.resolve()
  const after = <T>(unit: WorkUnit, work: () => Promise<T>): Promise<T> => {
    const result = last.then(() => {
      current = unit
      return work()
    })
    last = result
    return result
  }
  return {
    width: 1,
    run: (unit) => after(unit, () => scan.unit(unit)),
    runAgain: (unit) => after(unit, () => scan.again(unit)),
    runParts: (unit, request) => after(unit, () => scan.parts(unit, request)),
    finish: async () => problemsOf([scan.finish()], index),
    close: async () => {},
  }
}

interface Waiting {
  readonly job: Job
  readonly tries: number
  // What comes back is of the job's kind.
  readonly resolve: (result: unknown) => void
}

/** A worker that dies gives its unit back; a unit that kills two workers is committed as not searched. */
const triesMax = 2

function threads(width: number, setup: ThreadSetup, passed: PoolRequest["passed"]): Pool {
  const { index } = setup
  const queue: Waiting[] = []
  const idle: Worker[] = []
  const busy = new Map<Worker, Waiting>()
  let closed = false
  const start = (): void => {
    const worker = new Worker(new URL("./worker.js", import.meta.url), { workerData: setup })
    worker.on("message", (message: ToPool) => {
      const waiting = busy.get(worker)
      if ("passed" in message) {
        if (waiting && waiting.job.kind !== "finish") passed?.(waiting.job.unit, message.passed)
        return
      }
      busy.delete(worker)
      idle.push(worker)
      waiting?.resolve(message.result)
      next()
    })
    worker.on("error", (error) => died(worker, error))
    idle.push(worker)
  }
  const died = (worker: Worker, error: Error): void => {
    const waiting = busy.get(worker)
    busy.delete(worker)
    const at = idle.indexOf(worker)
    if (at >= 0) idle.splice(at, 1)
    if (waiting && waiting.tries >= triesMax) waiting.resolve(lost(waiting.job, error))
    else if (waiting) queue.unshift({ ...waiting, tries: waiting.tries + 1 })
    if (!closed) start()
    next()
  }
  const next = (): void => {
    while (idle.length > 0 && queue.length > 0) {
      const worker = idle.pop() as Worker
      const waiting = queue.shift() as Waiting
      busy.set(worker, waiting)
      worker.postMessage(waiting.job)
    }
  }
  const ask = <T>(job: Job): Promise<T> =>
    new Promise((resolve) => {
      queue.push({ job, tries: 1, resolve: resolve as (result: unknown) => void })
      next()
    })
  for (let at = 0; at < width; at++) start()
  return {
    // Two more than there are threads: a file cut into segments fills the queue, and small files follow without a pause.
    width: width + 1,
    run: (unit) => ask({ kind: "unit", unit }),
    runAgain: (unit) => ask({ kind: "again", unit }),
    runParts: (unit, request) => ask({ kind: "parts", unit, request }),
    async finish() {
      // Each thread is idle now, and takes one of as many jobs.
      const failures = await Promise.all(Array.from({ length: width }, () => ask<string | undefined>({ kind: "finish" })))
      return problemsOf(failures, index)
    },
    async close() {
      closed = true
      await Promise.all([...idle, ...busy.keys()].map((worker) => worker.terminate()))
    },
  }
}

/** An index that cannot be written costs the next hunt its speed, and this one nothing. */
function problemsOf(failures: readonly (string | undefined)[], index: ScanSetup["index"]): readonly Problem[] {
  const failure = failures.find((one) => one !== undefined)
  if (failure === undefined) return []
  return [{ code: "unreadable", where: index?.folder ?? "", message: `the index cannot be written (${failure}): this hunt does without` }]
}

function lost(job: Job, error: Error): UnitResult | undefined {
  if (job.kind === "parts" || job.kind === "finish") return undefined
  const { unit } = job
  return {
    leaves: [
      {
        mtimeMs: unit.mtimeMs,
        format: "text",
        searched: 0,
        notSearched: storedBytes(unit),
        decoded: 0,
        records: 0,
        undated: 0,
        newlines: 0,
        samples: [],
        findings: [],
        problems: [
          { code: "unreadable", where: unit.path, message: `ended two workers (${error.message}): not searched; report it as a fault` },
        ],
        list: false,
        empty: true,
      },
    ],
  }
}
