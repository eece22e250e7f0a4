// Searches parts of a file that an index knows: the blocks in which something may stand, as if the whole file had been searched.
import type { Problem } from "../model/problem.js"
import type { WorkUnit } from "../model/work-unit.js"
import { openPart, type SeekPoint } from "../sources/files/files.js"
import { findFormat } from "../sources/formats/index.js"
import type { LogFormat } from "../sources/log-format.js"
import type { DecoySight, Finding, Sample } from "./finding.js"
import { createRun, type Run, type ScanContext, scanLines } from "./scan-unit.js"

/** Whole blocks of the leaf's decoded text, and where to begin to read for them. */
export interface Part {
  readonly from: number
  readonly to: number
  /** Newlines before it. */
  readonly newlines: number
  readonly point: SeekPoint | undefined
}

export interface PartsRequest {
  readonly format: string
  /** Path as shown. */
  readonly where: string
  readonly headers: readonly (readonly [at: number, line: string])[]
  readonly parts: readonly Part[]
}

export interface PartsResult {
  readonly findings: readonly Finding[]
  readonly decoys: readonly DecoySight[]
  /** Stamps beside hits that have none. */
  readonly neighbours: readonly Sample[]
  /** Of records that could not be judged in every reading. */
  readonly problems: readonly Problem[]
  /** Stamps beside a hit were asked for: they are those of a whole search only if the parts are whole rooms of it. */
  readonly looksBeside: boolean
}

/** Undefined where a part does not read as it was written down: the file must then be searched whole. */
export async function scanParts(unit: WorkUnit, request: PartsRequest, context: ScanContext): Promise<PartsResult | undefined> {
  const format = findFormat(request.format) as LogFormat
  const opened = createRun(format, { path: request.where, roles: context.roles })
  // One reader for all parts, since a header line of one may change what the lines of the next mean. Stamps that owe nothing to a hit stand in
  // the index.
  const { sampler } = opened
  let looksBeside = false
  const around = (at: number): void => {
    looksBeside = true
    sampler.around(at)
  }
  const run: Run = { ...opened, sampler: { ...sampler, sample: sampler.beside, around } }
  let seen = 0
  for (const part of request.parts) {
    for (const [at, line] of request.headers) if (at >= seen && at < part.from) run.reader.see(line)
    seen = part.to
    if (!(await scanPart(unit, part, run, context))) return undefined
  }
  return { findings: run.findings, decoys: run.decoys, neighbours: run.sampler.neighbours, problems: run.problems, looksBeside }
}

/** False where the part does not read as it was written down. */
async function scanPart(unit: WorkUnit, part: Part, run: Run, context: ScanContext): Promise<boolean> {
  for await (const leaf of openPart(unit, part, part.point ? [part.point] : [])) {
    run.newlines = part.newlines
    run.decoded = 0
    // The text of a part has no sum of its own.
    await scanLines(leaf, run, { ...context, textSums: false })
    await leaf.close()
    return leaf.problems.length === 0 && run.decoded === part.to - part.from
  }
  return false
}
