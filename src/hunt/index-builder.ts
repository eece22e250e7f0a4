// Builds the index while units are searched: closes blocks of text, keeps what the hunt will want to know of a block that it need not read, and
// hands full runs to the store. One for each thread.
import type { Harvester } from "../match/harvester.js"
import type { WorkUnit } from "../model/work-unit.js"
import { type FileIdentity, identityOf, isSame } from "../sources/files/file-identity.js"
import { type SeekPoint, SeekPoints } from "../sources/files/seek.js"
import {
  packedPoint,
  type SampledBlock,
  type SketchedLeaf,
  type SketchedUnit,
  type UnitPoint,
  writeSketch,
} from "../sources/files/sketch-file.js"
import { fileOf, makeIndexFolder, segmentOf } from "../sources/files/sketches.js"
import { knownTimes } from "./covered-times.js"
import { randomId } from "./digest.js"
import type { KnownTimes, LeafResult, Sample, UnitResult } from "./finding.js"

/** Text of a block, which a candidate costs to be read again: a part of a room, of which the scanner makes a few of one length. */
const blockBytes = 192 * 1024
/** Text between two seek points; each costs some kilobytes of the index. */
const seekBytes = 2 * 1024 * 1024
/** Text after which a run is written even if it has few keys, so that little is lost to a power cut. */
const runBytes = 1024 * 1024 * 1024
/** Header lines beyond this make a leaf be read whole. */
const headersMax = 1000

export interface IndexTarget {
  readonly folder: string
  /** The version of Sillage. */
  readonly program: string
  /** Zone of stamps that state none, for the times that are kept settled. */
  readonly tz?: string
}

/** What an index keeps of a leaf, beside its blocks: a result without findings. */
export interface KnownLeaf extends Omit<LeafResult, "findings" | "decoys" | "samples"> {
  readonly times: KnownTimes
}

export class IndexBuilder {
  readonly #harvester: Harvester
  readonly #target: IndexTarget
  #blocks: SampledBlock[] = []
  #units: SketchedUnit[] = []
  #points: UnitPoint[] = []
  #bytes = 0
  #open: UnitHarvest | undefined
  /** Why nothing can be written: the hunt goes on without. */
  failure: string | undefined

  constructor(harvester: Harvester, target: IndexTarget) {
    this.#harvester = harvester
    this.#target = target
  }

  get tz(): string | undefined {
    return this.#target.tz
  }

  /** Gathers what is scanned from now on, until `finish` or the next `begin`. */
  begin(unit: WorkUnit): UnitHarvest | undefined {
    const identity = this.failure === undefined ? identityOf(unit.file) : undefined
    if (!identity || identity.size !== unit.size) return undefined
    this.#harvester.gather(true)
    this.#open = new UnitHarvest(unit, identity, this, this.#harvester)
    return this.#open
  }

  closed(block: SampledBlock): void {
    this.#blocks.push(block)
    this.#bytes += block.to - block.from
    if (this.#harvester.isRunFull() || this.#bytes > runBytes) this.flush()
  }

  finished(unit: SketchedUnit | undefined): void {
    this.#harvester.gather(false)
    this.#takePoints()
    this.#open = undefined
    if (unit) this.#units.push(unit)
  }

  /** Writes what there is. A unit that is still open goes on in the next file. */
  flush(): void {
    this.#takePoints()
    if (this.#blocks.length + this.#units.length === 0) return
    const content = { run: this.#harvester.takeRun(), blocks: this.#blocks, units: this.#units, points: this.#points }
    this.#blocks = []
    this.#units = []
    this.#points = []
    this.#bytes = 0
    if (this.failure !== undefined) return
    try {
      makeIndexFolder(this.#target.folder)
      writeSketch(this.#target.folder, this.#target.program, content)
    } catch (error) {
      this.failure = (error as Error).message
    }
  }

  #takePoints(): void {
    const open = this.#open
    if (open) this.#points.push(...open.seek.take().map((point) => ({ unit: open.id, point })))
  }
}

/** Seek points whose windows are packed, and taken away from time to time. */
class PackedPoints extends SeekPoints {
  #last = 0
  #taken: SeekPoint[] = []

  constructor() {
    super(seekBytes)
  }

  override due(at: number): number {
    return Math.max(0, this.#last + seekBytes - at)
  }

  override add(point: SeekPoint): void {
    this.#last = point.at
    this.#taken.push(packedPoint(point))
  }

  take(): readonly SeekPoint[] {
    return this.#taken.splice(0)
  }
}

export class UnitHarvest {
  readonly id = randomId()
  readonly seek = new PackedPoints()
  readonly #unit: WorkUnit
  readonly #identity: FileIdentity
  readonly #builder: IndexBuilder
  readonly #harvester: Harvester
  readonly #leaves: LeafHarvest[] = []
  #blocks = 0

  constructor(unit: WorkUnit, identity: FileIdentity, builder: IndexBuilder, harvester: Harvester) {
    this.#unit = unit
    this.#identity = identity
    this.#builder = builder
    this.#harvester = harvester
  }

  leaf(): LeafHarvest {
    const leaf = new LeafHarvest(this.#harvester, (block) => {
      this.#builder.closed({ unit: this.id, nth: this.#blocks++, leaf: this.#leaves.length - 1, ...block })
    })
    this.#leaves.push(leaf)
    return leaf
  }

  /** Keeps the unit if its file is still the one that was opened. Gives the result back, with its times where those are settled by now. */
  finish(result: UnitResult): UnitResult {
    const isSameFile = isSame(this.#identity, identityOf(this.#unit.file))
    const timed = isSameFile ? this.#timed(result) : []
    this.#builder.finished(isSameFile ? this.#sketched(result, timed) : undefined)
    // A segment has no times of its own.
    if (this.#unit.segment) return result
    // Neighbours of hits are no part of what the index keeps.
    const isAll = (leaf: LeafResult, at: number): boolean => leaf.samples.length === this.#leaves[at]?.plain.length
    return { leaves: result.leaves.map((leaf, at) => (timed[at] && isAll(leaf, at) ? { ...leaf, times: timed[at] } : leaf)) }
  }

  #timed({ leaves }: UnitResult): readonly KnownTimes[] {
    return leaves.map((leaf, at) =>
      knownTimes(this.#unit.path, { ...leaf, samples: (this.#leaves[at] as LeafHarvest).plain }, this.#builder.tz),
    )
  }

  #sketched(result: UnitResult, timed: readonly KnownTimes[]): SketchedUnit {
    return {
      id: this.id,
      file: fileOf(this.#unit),
      shown: this.#unit.path,
      segment: segmentOf(this.#unit),
      identity: this.#identity,
      blocks: this.#blocks,
      leaves: result.leaves.map((leaf, at): SketchedLeaf => {
        const { findings: _, decoys: __, samples: ___, ...known } = leaf
        const { headers, partable } = this.#leaves[at] as LeafHarvest
        const result: KnownLeaf = { ...known, times: timed[at] as KnownTimes }
        return { partable: partable && headers.length <= headersMax, headers: headers.slice(0, headersMax), result }
      }),
    }
  }
}

type BlockOfLeaf = Omit<SampledBlock, "unit" | "nth" | "leaf">

export class LeafHarvest {
  readonly headers: [at: number, line: string][] = []
  partable = false
  /** What the sampler kept without a hit, in order. */
  plain: readonly Sample[] = []
  readonly #harvester: Harvester
  readonly #close: (block: BlockOfLeaf) => void
  #from = 0
  #to = 0
  #newlinesBefore = 0
  #newlines = 0
  #samplesBefore = 0
  #always = false
  #opensRoom = false

  constructor(harvester: Harvester, close: (block: BlockOfLeaf) => void) {
    this.#harvester = harvester
    this.#close = close
  }

  header(at: number, line: string): void {
    if (this.headers.length <= headersMax) this.headers.push([at, line])
  }

  /** Whole lines are about to be scanned, from this offset on. */
  room(offset: number, newlines: number, samples: readonly Sample[]): void {
    if (this.#to === this.#from) this.#opensRoom = true
    this.#harvester.onPart = (to, more) => this.scanned(offset + to, newlines + more, samples, true)
  }

  /** It was scanned, and is not looked at by the sampler yet. */
  pause(): void {
    this.#harvester.onPart = undefined
  }

  /** Text up to `to` has been scanned, and looked at by the sampler; `samples` are all so far that it would have kept without a hit. */
  scanned(to: number, newlines: number, samples: readonly Sample[], endsLine: boolean): void {
    this.#to = to
    this.#newlines = newlines
    if (endsLine && (to - this.#from >= blockBytes || this.#harvester.isBlockFull())) this.end(samples)
  }

  /** What is judged without a scan has no keys. */
  unscanned(): void {
    this.#always = true
  }

  end(samples: readonly Sample[]): void {
    this.plain = samples
    if (this.#to === this.#from && !this.#always && this.#samplesBefore === samples.length) return
    const { told } = this.#harvester.closeBlock()
    this.#close({
      from: this.#from,
      to: this.#to,
      newlines: this.#newlinesBefore,
      ...(told && !this.#always ? {} : { always: true as const }),
      ...(this.#opensRoom && { opensRoom: true as const }),
      samples: samples.slice(this.#samplesBefore),
    })
    this.#from = this.#to
    this.#newlinesBefore = this.#newlines
    this.#samplesBefore = samples.length
    this.#always = false
    this.#opensRoom = false
  }
}
