// Where units run: in this thread for a small archive, in worker threads for a large one. Units in, plain values out.
import { Worker } from "node:worker_threads"
import type { WorkUnit } from "../model/work-unit.js"
import type { UnitResult } from "./finding.js"
import { compileFor } from "./load-matcher.js"
import { createScan, huntedBy, type ScanSetup, type ThreadSetup } from "./scan-setup.js"

/** Below this, starting threads costs more than it saves. */
const inlineBytesMax = 24 * 1024 * 1024

export interface Pool {
  /** How many units run at once. */
  readonly width: number
  readonly run: (unit: WorkUnit) => Promise<UnitResult>
  close(): Promise<void>
}

export interface PoolRequest extends ScanSetup {
  readonly workers: number
}

export async function openPool(request: PoolRequest, bytesTotal: number): Promise<Pool> {
  const { indicators, own, trustedProxies, decoys = [] } = request
  const setup: ThreadSetup = { indicators, own, trustedProxies, decoys, compiled: await compileFor(huntedBy(request)) }
  if (request.workers <= 1 || bytesTotal <= inlineBytesMax) return inThisThread(setup)
  return threads(request.workers, setup)
}

/** One unit at a time: the units of a segmented file are all asked for at once, and there is one room for text. */
function inThisThread(setup: ThreadSetup): Pool {
  const scan = createScan(setup)
  let last: Promise<unknown> = Promise.resolve()
  const run = (unit: WorkUnit): Promise<UnitResult> => {
    const result = last.then(() => scan(unit))
    last = result
    return result
  }
  return { width: 1, run, close: async () => {} }
}

interface Waiting {
  readonly unit: WorkUnit
  readonly tries: number
  readonly resolve: (result: UnitResult) => void
}

/** A worker that dies gives its unit back; a unit that kills two workers is committed as not searched. */
const triesMax = 2

function threads(width: number, setup: ThreadSetup): Pool {
  const queue: Waiting[] = []
  const idle: Worker[] = []
  const busy = new Map<Worker, Waiting>()
  let closed = false
  const start = (): void => {
    const worker = new Worker(new URL("./worker.js", import.meta.url), { workerData: setup })
    worker.on("message", (result: UnitResult) => {
      const waiting = busy.get(worker)
      busy.delete(worker)
      idle.push(worker)
      waiting?.resolve(result)
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
    if (waiting && waiting.tries >= triesMax) waiting.resolve(lost(waiting.unit, error))
    else if (waiting) queue.unshift({ ...waiting, tries: waiting.tries + 1 })
    if (!closed) start()
    next()
  }
  const next = (): void => {
    while (idle.length > 0 && queue.length > 0) {
      const worker = idle.pop() as Worker
      const waiting = queue.shift() as Waiting
      busy.set(worker, waiting)
      worker.postMessage(waiting.unit)
    }
  }
  for (let at = 0; at < width; at++) start()
  return {
    // Two more than there are threads: a file cut into segments fills the queue, and small files follow without a pause.
    width: width + 1,
    run: (unit) =>
      new Promise((resolve) => {
        queue.push({ unit, tries: 1, resolve })
        next()
      }),
    async close() {
      closed = true
      await Promise.all([...idle, ...busy.keys()].map((worker) => worker.terminate()))
    },
  }
}

function lost(unit: WorkUnit, error: Error): UnitResult {
  const bytes = unit.segment ? unit.segment.to - unit.segment.from : unit.size
  return {
    leaves: [
      {
        mtimeMs: unit.mtimeMs,
        format: "text",
        searched: 0,
        notSearched: bytes,
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
