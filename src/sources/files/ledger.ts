// Keeps account of one work unit while its leaves are read: stored bytes searched and not searched, problems, and the limits against bombs.
import type { Problem, ProblemCode } from "../../model/problem.js"
import type { WorkUnit } from "../../model/work-unit.js"
import type { ByteReader } from "./byte-reader.js"

/** Bounds on what one input file may unfold to. Generous for logs (a 60 MB gz of 10 GB is normal), and every stop is reported. */
export interface Limits {
  /** Containers inside containers; compression counts, an archive counts. */
  readonly nestingMax: number
  /** Decoded bytes per stored byte of the input file, once `ratioFreeBytes` have been decoded. gzip alone reaches 1,032. */
  readonly ratioMax: number
  readonly ratioFreeBytes: number
  /** Decoded bytes of one input file, all levels together. */
  readonly decodedBytesMax: number
  /** Members of one input file. */
  readonly entriesMax: number
  /** Problems of one input file; those beyond it are counted in one last `limit`. */
  readonly problemsMax: number
}

export const defaultLimits: Limits = {
  nestingMax: 5,
  ratioMax: 2000,
  ratioFreeBytes: 512 * 1024 * 1024,
  decodedBytesMax: 16 * 1024 ** 4,
  entriesMax: 1_000_000,
  problemsMax: 1000,
}

/** A damage as a decoder sees it: a position in the bytes that it reads. */
export interface Damage {
  readonly code: ProblemCode
  readonly at: number
  readonly message: string
  /** What follows is read all the same. */
  readonly goesOn?: true
}

export type Report = (damage: Damage) => void

export class Ledger {
  /** Problems of the leaf that is being read. */
  problems: Problem[] = []
  /** Where in the input file content began to be lost. */
  #lostFrom: number | undefined
  /** Stretches that were lost before content began again. */
  #lost = 0
  readonly #outer: ByteReader
  readonly #unit: WorkUnit
  readonly #limits: Limits
  #settled = 0
  #decoded = 0
  #entries = 0
  #reported = 0

  constructor(unit: WorkUnit, outer: ByteReader, limits: Limits) {
    this.#unit = unit
    this.#outer = outer
    this.#limits = limits
    this.#settled = outer.position
  }

  get unit(): WorkUnit {
    return this.#unit
  }

  get limits(): Limits {
    return this.#limits
  }

  /** Stored bytes of the input file consumed. */
  get passed(): number {
    return this.#outer.position
  }

  /** Stored bytes of the input file consumed and not yet settled. */
  get open(): number {
    return this.#outer.position - this.#settled
  }

  damaged(member: string | undefined, damage: Damage): void {
    this.report({ code: damage.code, where: `${place(this.#unit.path, member)}:${damage.at}`, message: damage.message })
    this.lose()
  }

  report(problem: Problem): void {
    this.#reported++
    if (this.#reported < this.#limits.problemsMax) this.problems.push(problem)
    else if (this.#reported === this.#limits.problemsMax) {
      this.problems.push({
        code: "limit",
        where: this.#unit.path,
        message: `more than ${this.#limits.problemsMax} problems: the rest is not listed`,
      })
    }
  }

  /** What follows is not searched, until content begins again. */
  lose(): void {
    this.#lostFrom ??= this.#outer.position
  }

  /** Nothing of this leaf is searched, nor what was read ahead to find that out. */
  loseAll(): void {
    this.#lostFrom = this.#settled
    this.#lost = 0
  }

  /** Content begins again. */
  resume(): void {
    if (this.#lostFrom !== undefined) this.#lost += this.#outer.position - this.#lostFrom
    this.#lostFrom = undefined
  }

  /** Counts decoded bytes; the damage to report when a bound is passed. */
  decoded(bytes: number, at: number): Damage | undefined {
    this.#decoded += bytes
    const { decodedBytesMax, ratioMax, ratioFreeBytes } = this.#limits
    if (this.#decoded > decodedBytesMax)
      return { code: "limit", at, message: `unfolds to more than ${decodedBytesMax} bytes: the rest is not read` }
    if (this.#decoded <= ratioFreeBytes || this.#decoded <= ratioMax * this.#outer.position) return undefined
    return { code: "limit", at, message: `unfolds to more than ${ratioMax} times its size, like a bomb: the rest is not read` }
  }

  /** Counts a member; the damage to report when there are too many. */
  entry(at: number): Damage | undefined {
    this.#entries++
    if (this.#entries <= this.#limits.entriesMax) return undefined
    return { code: "limit", at, message: `more than ${this.#limits.entriesMax} members: the rest is not read` }
  }

  /** Closes the account of a leaf: the bytes consumed since the last one. */
  settle(): { readonly searched: number; readonly notSearched: number } {
    const bytes = this.open
    this.resume()
    const notSearched = Math.min(this.#lost, bytes)
    this.#settled += bytes
    this.#lost = 0
    return { searched: bytes - notSearched, notSearched }
  }

  /** Starts the problems of the next leaf. */
  begin(): void {
    this.problems = []
  }
}

export function place(path: string, member: string | undefined): string {
  return member === undefined ? path : `${path}!/${member}`
}
