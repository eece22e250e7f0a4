// Profiles every foreign address of an archive: units out to the threads that parse, rows back into one profiler.
import { Worker } from "node:worker_threads"
import { createProfiler, type Profiler, type Profiles, type Sample } from "../hits/relays/profile.js"
import type { Problem } from "../model/problem.js"
import { storedBytes, type WorkUnit } from "../model/work-unit.js"
import { discover } from "../sources/files/files.js"
import { type HuntProgress, unitsOf } from "./hunt.js"
import { createProfileScan, type ProfiledUnit, type ProfileSetup, partName } from "./profile-unit.js"
import type { FromProfileWorker, ToProfileWorker } from "./profile-worker.js"

export interface ProfileRequest extends ProfileSetup {
  readonly paths: readonly string[]
  readonly workers: number
  readonly progress?: (state: HuntProgress) => void
  /** Aborting ends the walk with what was read so far, marked incomplete. */
  readonly signal?: AbortSignal
}

export interface ProfiledArchive {
  readonly profiles: Profiles
  readonly records: number
  /** Records without a foreign address, or outside the range. */
  readonly passedOver: number
  readonly files: number
  readonly problems: readonly Problem[]
  /** Everything was read. */
  readonly complete: boolean
  /** Where a sample of the profiles stands: segments of a large file count their lines from their own start. */
  readonly placeOf: (sample: Sample) => Sample
}

const inlineBytesMax = 24 * 1024 * 1024

export async function profileArchive(request: ProfileRequest): Promise<ProfiledArchive> {
  const files: WorkUnit[] = []
  for await (const file of discover(request.paths)) files.push(file)
  const bytesTotal = files.reduce((sum, file) => sum + file.size, 0)
  const units = (await Promise.all(files.map(async (file) => (file.problem ? [] : await unitsOf(file))))).flat()
  const profiler = createProfiler()
  const results = new Map<string, ProfiledUnit>()
  const state = { bytes: 0, files: 0, hits: 0 }
  /** Read so far of units that are not done. */
  const open = new Map<string, number>()
  const segmentsLeft = new Map<string, number>()
  const tell = (): void => {
    const parts = [...open.values()].reduce((sum, bytes) => sum + bytes, 0)
    request.progress?.({ ...state, bytes: state.bytes + parts, bytesTotal, filesTotal: files.length, pass: "profiles" })
  }
  const done = (unit: WorkUnit, result: ProfiledUnit): void => {
    results.set(partName(unit), result)
    open.delete(partName(unit))
    state.bytes += storedBytes(unit)
    const left = (segmentsLeft.get(unit.file) ?? unit.segment?.count ?? 1) - 1
    segmentsLeft.set(unit.file, left)
    if (left === 0) state.files++
    tell()
  }
  const passed = (unit: WorkUnit, bytes: number): void => {
    open.set(partName(unit), Math.min(storedBytes(unit), bytes))
    tell()
  }
  tell()
  // The largest file first; the segments of one in their order, so that a thread goes through it once for the header lines before each.
  const queue = [...units].sort((a, b) => b.size - a.size)
  if (request.workers <= 1 || bytesTotal <= inlineBytesMax) await inThisThread(queue, request, profiler, { done, passed })
  else await inThreads(queue, request, profiler, { done, passed })
  const problems = [
    ...files.flatMap((file) => (file.problem ? [{ ...file.problem, where: file.path }] : [])),
    ...[...results.values()].flatMap((one) => one.problems),
  ]
  const sum = (of: (one: ProfiledUnit) => number) => [...results.values()].reduce((total, one) => total + of(one), 0)
  return {
    profiles: profiler.finish(),
    records: sum((one) => one.records),
    passedOver: sum((one) => one.passedOver),
    files: files.length,
    problems,
    complete: problems.length === 0 && results.size === units.length && sum((one) => one.notRead) === 0,
    placeOf: placesOf(units, results),
  }
}

function placesOf(units: readonly WorkUnit[], results: ReadonlyMap<string, ProfiledUnit>): (sample: Sample) => Sample {
  const shifts = new Map<string, { readonly path: string; readonly lines: number }>()
  /** Of each file, the lines of its segments so far: they come in their order. */
  const passed = new Map<string, number>()
  for (const unit of units) {
    if (!unit.segment) continue
    const lines = passed.get(unit.file) ?? 0
    shifts.set(partName(unit), { path: unit.path, lines })
    passed.set(unit.file, lines + (results.get(partName(unit))?.newlines ?? 0))
  }
  return (sample) => {
    const shift = shifts.get(sample.path)
    return shift ? { path: shift.path, line: sample.line + shift.lines } : sample
  }
}

interface Told {
  readonly done: (unit: WorkUnit, result: ProfiledUnit) => void
  readonly passed: (unit: WorkUnit, bytes: number) => void
}

async function inThisThread(queue: WorkUnit[], request: ProfileRequest, profiler: Profiler, { done, passed }: Told): Promise<void> {
  const scan = createProfileScan(setupOf(request))
  for (const unit of queue) {
    if (request.signal?.aborted) return
    const result = await scan(
      unit,
      async (rows) => profiler.addRows(rows),
      (bytes) => passed(unit, bytes),
    )
    done(unit, result)
    // A walk in this thread leaves no pause by itself: an interrupt could not be heard.
    await new Promise((resume) => setImmediate(resume))
  }
}

async function inThreads(queue: WorkUnit[], request: ProfileRequest, profiler: Profiler, told: Told): Promise<void> {
  const workers = Math.min(request.workers, queue.length)
  await Promise.all(Array.from({ length: workers }, (_, at) => oneThread(at, queue, request, profiler, told)))
}

/** A worker that dies ends its unit as not read; another takes its place. */
function oneThread(writer: number, queue: WorkUnit[], request: ProfileRequest, profiler: Profiler, { done, passed }: Told): Promise<void> {
  return new Promise((resolve) => {
    let generation = 0
    const start = (): void => {
      const own = writer + 1000 * generation++
      const worker = new Worker(new URL("./profile-worker.js", import.meta.url), { workerData: setupOf(request) })
      let current: WorkUnit | undefined
      const tell = (message: ToProfileWorker): void => worker.postMessage(message)
      const next = (): void => {
        current = request.signal?.aborted ? undefined : queue.shift()
        if (current) tell({ kind: "unit", unit: current })
        else void worker.terminate().then(() => resolve())
      }
      worker.on("message", (message: FromProfileWorker) => {
        if (message.kind === "rows") {
          profiler.addRows(message.rows, own)
          tell({ kind: "taken" })
          return
        }
        if (message.kind === "passed") {
          if (current) passed(current, message.bytes)
          return
        }
        if (current) done(current, message.result)
        next()
      })
      worker.on("error", (error) => {
        if (current) done(current, lost(current, error))
        start()
      })
      next()
    }
    start()
  })
}

function lost(unit: WorkUnit, error: Error): ProfiledUnit {
  const message = `ended its worker (${error.message}): not read; report it as a fault`
  return {
    records: 0,
    passedOver: 0,
    newlines: 0,
    notRead: storedBytes(unit),
    problems: [{ code: "unreadable", where: unit.path, message }],
  }
}

function setupOf({ own, trustedProxies, since, until, tz }: ProfileRequest): ProfileSetup {
  return { own, trustedProxies, since, until, ...(tz === undefined ? {} : { tz }) }
}
