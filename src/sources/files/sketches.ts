// The index of files that were read: which of them are still the same, and which of their blocks may hold what is asked for. It lies in a folder of
// its own, never beside what it describes; what is stale, damaged or of another version is left aside, and its files are read as if there were none.
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs"
import { resolve } from "node:path"
import { DamagedRun, type KeyQuery } from "../../model/key.js"
import { once } from "../../model/once.js"
import type { Problem } from "../../model/problem.js"
import type { WorkUnit } from "../../model/work-unit.js"
import { identityOf, isSame, isUnchanged, wasUnchanged } from "./file-identity.js"
import type { SeekPoint } from "./seek.js"
import {
  DamagedSketch,
  OtherSketch,
  openSketch,
  type SketchedBlock,
  type SketchedUnit,
  type SketchFile,
  type StoredPoint,
  sketchSuffix,
} from "./sketch-file.js"

/** A unit that the index knows whole. */
export interface KnownUnit {
  readonly unit: SketchedUnit
  /** In the order of its text. */
  blocks(): readonly SketchedBlock[]
}

export interface IndexStatus {
  /** Of files that are still the same. */
  readonly blocks: number
  readonly keys: number
  /** Of the index itself. */
  readonly bytes: number
  /** Decoded text that it speaks for. */
  readonly rawBytes: number
  readonly files: number
  /** Files that were changed or are gone since. */
  readonly stale: number
}

/** Unfinished files of writers that were cut off are removed once they are so old. */
const temporaryAgeMs = 86_400_000

export class Sketches {
  readonly problems: Problem[] = []
  readonly #folder: string
  readonly #program: string
  #files: SketchFile[] = []
  /** Of other versions, and damaged ones. */
  readonly #others = new Set<string>()
  #units = new Map<string, KnownUnit[]>()
  /** Where the blocks of a unit lie. */
  #homes = new Map<string, SketchFile[]>()
  #wanted: Map<string, Set<number>> | undefined

  /** `program` is the version of Sillage: another one may read the same file otherwise. The folder need not be there. */
  constructor(folder: string, program: string) {
    this.#folder = folder
    this.#program = program
    for (const name of sketchNames(folder)) this.#open(resolve(folder, name))
    this.#gather()
  }

  /** Units that it knows whole. */
  get size(): number {
    return this.#units.size
  }

  /** What is known of this unit, if its file, as it was listed, is the one that was read. */
  find(unit: WorkUnit): KnownUnit | undefined {
    if (unit.problem || unit.path === "-") return undefined
    const known = this.#units.get(keyOf(unit))
    if (!known) return undefined
    return known.find((one) => one.unit.identity.size === unit.size && wasStill(one.unit, unit))
  }

  /** Whether the file is the one that was read even now. */
  isStill({ unit }: KnownUnit, { file }: WorkUnit): boolean {
    return isStill(unit, file)
  }

  /** Decides once which blocks may hold something of the query. A damaged file is dropped, and with it what it knows. */
  ask(query: KeyQuery): void {
    const wanted = new Map<string, Set<number>>()
    for (const file of [...this.#files]) {
      try {
        const found = query.keyless === undefined ? query.blocksOf(file.run) : undefined
        const { blocks } = file
        const all = found ? new Set([...found, ...blocks.always]) : Array.from({ length: blocks.count }, (_, index) => index)
        for (const index of all) want(wanted, blocks.block(index))
      } catch (error) {
        this.#drop(file, error)
      }
    }
    this.#wanted = wanted
  }

  /** Text of all blocks that must be read. */
  get textWanted(): number {
    const units = [...this.#units.values()].map((known) => known[0] as KnownUnit)
    return units.reduce((sum, unit) => sum + this.candidates(unit).reduce((text, { from, to }) => text + to - from, 0), 0)
  }

  /** Blocks of the unit that must be read, in order; none if it is ruled out. */
  candidates(known: KnownUnit): readonly SketchedBlock[] {
    if (!this.#wanted) throw new Error("nothing was asked for yet")
    const wanted = this.#wanted.get(known.unit.id)
    return wanted ? known.blocks().filter(({ nth }) => wanted.has(nth)) : []
  }

  /** The last seek point of the unit at or before an offset. Undefined where there is none, or where it is damaged: then the start will do. */
  pointBefore(known: KnownUnit, at: number): SeekPoint | undefined {
    const { unit } = known
    let best: { readonly file: SketchFile; readonly point: StoredPoint } | undefined
    // Of points that came to lie apart from the blocks, an earlier one will do.
    for (const file of this.#homesOf(known)) {
      const points = this.#undamaged(file, () => file.pointsOf(unit.id)) ?? []
      for (const point of points) if (point.at <= at && point.at > (best?.point.at ?? -1)) best = { file, point }
    }
    const found = best
    return found && this.#undamaged(found.file, () => found.file.point(found.point))
  }

  /** Whether what the hunt keeps of the unit's blocks can be read; else the file that is damaged is named. */
  hasSamples(known: KnownUnit): boolean {
    const canRead = (file: SketchFile): boolean => {
      file.checkSamplesOf(known.unit.id)
      return true
    }
    return this.#homesOf(known).every((file) => this.#undamaged(file, () => canRead(file)) === true)
  }

  /** What the hunt keeps of each block of the unit. Throws `DamagedSketch`. */
  samples(known: KnownUnit): readonly (readonly unknown[])[] {
    const found = this.#homesOf(known).map((file) => file.samplesOf(known.unit.id))
    return known.blocks().map(({ nth }) => found.map((one) => one.get(nth)).find((one) => one !== undefined) ?? [])
  }

  #blocksOf({ id }: SketchedUnit): readonly SketchedBlock[] {
    const homes = this.#homes.get(id) ?? []
    return homes.flatMap((file) => file.blocks.ofUnit(id)).sort((a, b) => a.nth - b.nth)
  }

  #homesOf({ unit }: KnownUnit): readonly SketchFile[] {
    return this.#homes.get(unit.id) ?? []
  }

  /** Undefined, and a problem, where the file is damaged. */
  #undamaged<T>(file: SketchFile, read: () => T): T | undefined {
    try {
      return read()
    } catch (error) {
      this.#report(file.path, error)
      return undefined
    }
  }

  /** Of the files that `isAsked`. */
  status(isAsked: (file: string) => boolean = () => true): IndexStatus {
    const sorted = this.#sorted()
    const fresh = sorted.fresh.filter(({ unit }) => isAsked(unit.file))
    const stale = sorted.stale.filter(({ unit }) => isAsked(unit.file))
    const ids = new Set(fresh.map(({ unit }) => unit.id))
    return {
      blocks: fresh.reduce((sum, { unit }) => sum + unit.blocks, 0),
      keys: this.#files.reduce((sum, file) => sum + (file.homes.some((home) => ids.has(home)) ? file.keys : 0), 0),
      bytes: this.#files.reduce((sum, { bytes }) => sum + bytes, 0),
      rawBytes: fresh.reduce((sum, { blocks }) => sum + blocks().reduce((all, { from, to }) => all + to - from, 0), 0),
      files: new Set(fresh.map(({ unit }) => unit.file)).size,
      stale: new Set(stale.map(({ unit }) => unit.file)).size,
    }
  }

  /** Removes files of the index that mostly speak of what is no more, and what writers left that were cut off. */
  prune(): void {
    const ids = new Set(this.#sorted().fresh.map(({ unit }) => unit.id))
    for (const file of [...this.#files]) {
      const blocks = file.blocks.stretches.reduce((sum, { unit, count }) => sum + (ids.has(unit) ? count : 0), 0)
      const alive = blocks + file.units.filter(({ id }) => ids.has(id)).length
      if (alive * 2 > file.blocks.count + file.units.length) continue
      file.close()
      rmSync(file.path, { force: true })
      this.#files.splice(this.#files.indexOf(file), 1)
    }
    for (const path of this.#others) rmSync(path, { force: true })
    this.#others.clear()
    this.#gather()
    for (const name of namesOf(this.#folder)) {
      const path = resolve(this.#folder, name)
      if (name.endsWith(".tmp") && Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) > temporaryAgeMs)
        rmSync(path, { force: true })
    }
  }

  /** Reads every byte of the index; the files that are damaged are named in `problems` and used no longer. */
  verify(): void {
    for (const file of [...this.#files]) {
      try {
        file.verify()
      } catch (error) {
        this.#drop(file, error)
      }
    }
  }

  close(): void {
    for (const file of this.#files) file.close()
    this.#files = []
  }

  #open(path: string): void {
    try {
      this.#files.push(openSketch(path, this.#program))
    } catch (error) {
      if (error instanceof OtherSketch) this.#others.add(path)
      else this.#report(path, error)
    }
  }

  #drop(file: SketchFile, error: unknown): void {
    this.#report(file.path, error)
    file.close()
    this.#files.splice(this.#files.indexOf(file), 1)
    this.#gather()
  }

  #report(path: string, error: unknown): void {
    if (!(error instanceof DamagedSketch || error instanceof DamagedRun)) throw error
    // Each unit that it speaks for meets the damage again.
    if (this.#others.has(path)) return
    const message = `a file of the index is damaged (${error.message}): what it speaks for is read instead; sillage index update builds it anew`
    this.problems.push({ code: "malformed", where: path, message })
    this.#others.add(path)
  }

  /** Units of which every block is at hand. */
  #gather(): void {
    const units = this.#files.flatMap((file) => file.units)
    /** Of each unit, which blocks there are. */
    const stretches = new Map<string, { readonly nth: number; readonly count: number }[]>()
    this.#homes = new Map()
    for (const file of this.#files) {
      for (const stretch of file.blocks.stretches) append(stretches, stretch.unit, stretch)
      for (const home of file.homes) append(this.#homes, home, file)
    }
    this.#units = new Map()
    for (const unit of units) {
      const own = (stretches.get(unit.id) ?? []).sort((a, b) => a.nth - b.nth)
      const end = own.reduce((next, { nth, count }) => (nth === next ? next + count : Number.NaN), 0)
      if (end !== unit.blocks) continue
      const blocks = once(() => this.#blocksOf(unit))
      append(this.#units, `${unit.file}\0${unit.segment}`, { unit, blocks })
    }
  }

  #sorted(): { readonly fresh: readonly KnownUnit[]; readonly stale: readonly KnownUnit[] } {
    const fresh: KnownUnit[] = []
    const stale: KnownUnit[] = []
    for (const known of this.#units.values()) {
      // Of two readings of the same file, one is enough.
      const current = known.find(({ unit }) => isStill(unit, unit.file))
      if (current) fresh.push(current)
      else stale.push(known[0] as KnownUnit)
    }
    return { fresh, stale }
  }
}

/** The folder of an index, made if it is not there. Throws what the file system says. */
export function makeIndexFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
}

/** How the index names the file of a unit; names that are not UTF-8 stay as they are given. */
export function fileOf(unit: WorkUnit): string {
  return unit.file.startsWith("\0") ? unit.file : resolve(unit.file)
}

export function segmentOf(unit: WorkUnit): string {
  return unit.segment ? `${unit.segment.from}-${unit.segment.to}` : ""
}

function keyOf(unit: WorkUnit): string {
  return `${fileOf(unit)}\0${segmentOf(unit)}`
}

/** Whether the file is the one that was read. What is not lines from end to end may be written in place: of that, times alone tell nothing. */
function isStill({ identity, leaves }: SketchedUnit, file: string): boolean {
  return isLines(leaves) ? isUnchanged(identity, file) : isSame(identity, identityOf(file))
}

/** The same, as it was listed. */
function wasStill({ identity, leaves }: SketchedUnit, unit: WorkUnit): boolean {
  return isLines(leaves) ? wasUnchanged(identity, unit) : isSame(identity, identityOf(unit.file))
}

function isLines(leaves: SketchedUnit["leaves"]): boolean {
  return leaves.length > 0 && leaves.every(({ partable }) => partable)
}

function want(wanted: Map<string, Set<number>>, { unit, nth }: SketchedBlock): void {
  const known = wanted.get(unit)
  if (known) known.add(nth)
  else wanted.set(unit, new Set([nth]))
}

function append<V>(map: Map<string, V[]>, key: string, value: V): void {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}

function sketchNames(folder: string): readonly string[] {
  return namesOf(folder).filter((name) => name.endsWith(sketchSuffix))
}

/** Sorted; none where there is no such folder. */
function namesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort()
  } catch {
    // An index that is not there, or cannot be read, spares nothing: everything is read.
    return []
  }
}
