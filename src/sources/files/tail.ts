// Follows the files under some paths and yields finite parts: each from the last committed position to the present end of whole lines.
// It finds a log again by inode and content when it is renamed, copied and truncated, re-created or compressed. It never writes.
import { createHash } from "node:crypto"
import { closeSync, constants, fstatSync, openSync, type Stats, statSync } from "node:fs"
import { resolve, sep } from "node:path"
import type { Problem } from "../../model/problem.js"
import type { WorkUnit } from "../../model/work-unit.js"
import { recognizeFormat } from "../formats/index.js"
import { archives, compressions, unreadables } from "./containers/index.js"
import { discover, pathOf } from "./discover.js"
import { headBytes } from "./leaf.js"
import { lastLineEnd, lineEndBefore, readAt } from "./line-ends.js"
import { markBytes, type TailFile } from "./tail-file.js"

export interface TailOptions {
  /** Files and folders that are not followed: our own. */
  readonly exclude?: readonly string[]
  /** Folders among the paths that are shown under another name, whatever is excluded. */
  readonly shownAs?: Readonly<Record<string, string>>
  /** A `whole` file, or one that may be a copy still being made, is read when it has not changed for so long. */
  readonly restMs?: number
  /** An unfinished last line is searched when nothing was written for so long. */
  readonly idleMs?: number
  /** Milliseconds that only ever grow: a jump of the clock changes nothing. */
  readonly monotonicMs?: () => number
  readonly nowMs?: () => number
}

/** A finite piece of work. */
export type TailPart =
  /** Lines that end; or an unfinished one (`open`), after which the position stays. */
  | {
      readonly kind: "lines"
      readonly id: string
      readonly unit: WorkUnit
      readonly from: number
      readonly to: number
      readonly open: boolean
    }
  /** All of a file that cannot be read line by line; `copies` are the contents that it may repeat. */
  | { readonly kind: "whole"; readonly id: string; readonly unit: WorkUnit; readonly copies: readonly TailFile[] }
  /** A new file of lines that begins like others: which of them it continues has to be found out by reading. */
  | { readonly kind: "identify"; readonly id: string; readonly unit: WorkUnit; readonly copies: readonly TailFile[] }

export interface HeldContent {
  readonly unit: WorkUnit
  readonly kind: TailFile["kind"]
  readonly release: () => void
}

/** One part of lines is about as long as this, so that a large file does not hold up the others. */
const partBytes = 1024 * 1024
const filesMax = 50_000
const openFilesMax = 2048
const goneMax = 10_000
const goneKeptMs = 48 * 3_600_000
const hotMs = 60_000
const toldMax = 10_000

interface Tracked {
  checkpoint: TailFile
  size: number
  mtimeMs: number
  /** Up to here the last line end has been looked for, and where it was found. */
  lookedTo: number
  lineEnd: number
  /** On the monotonic clock. */
  changedAt: number
  /** Whether it still is what was read, since it last changed. */
  isChecked: boolean
  fd: number | undefined
  /** Handed out and not yet committed. */
  busy: boolean
  /** A new file whose origin is not settled: nothing of it has been read. */
  isNew: boolean
  /** The last walk did not meet it. */
  lost: boolean
  /** Others that read it: it stays open. */
  holders: number
}

export class Tail {
  readonly #paths: readonly string[]
  readonly #exclude: readonly string[]
  readonly #shownAs: readonly (readonly [string, string])[]
  readonly #restMs: number
  readonly #idleMs: number
  readonly #monotonic: () => number
  readonly #now: () => number
  /** By inode. */
  readonly #tracked = new Map<string, Tracked>()
  /** Contents that are no longer there, by id: a copy of them may turn up. */
  readonly #gone = new Map<string, TailFile>()
  readonly #dropped: string[] = []
  readonly #told = new Set<string>()
  #problems: Problem[] = []
  #serial = 0

  constructor(paths: readonly string[], known: readonly TailFile[], options: TailOptions = {}) {
    this.#paths = paths
    this.#exclude = (options.exclude ?? []).map((path) => resolve(path))
    this.#shownAs = Object.entries(options.shownAs ?? {})
    this.#restMs = options.restMs ?? 1000
    this.#idleMs = options.idleMs ?? 3000
    this.#monotonic = options.monotonicMs ?? (() => performance.now())
    this.#now = options.nowMs ?? Date.now
    for (const file of known) {
      if (file.goneMs === undefined) this.#tracked.set(file.inode, trackedOf(file, this.#monotonic()))
      else this.#gone.set(file.id, file)
    }
  }

  /** Lists the paths again: new, renamed, removed and replaced files. */
  async walk(): Promise<void> {
    const met = new Set<string>()
    for await (const found of discover(this.#paths)) {
      const unit = this.#shown(found)
      if (unit.path === "-" || (unit === found && this.#isExcluded(unit))) continue
      if (unit.problem) this.#tell({ code: unit.problem.code, where: unit.path, message: unit.problem.message })
      else this.#meet(unit, met)
    }
    for (const tracked of this.#tracked.values()) {
      tracked.lost = !met.has(tracked.checkpoint.inode)
      if (tracked.lost && tracked.fd === undefined && !tracked.busy) this.#leave(tracked)
    }
    this.#forgetOld()
  }

  /** A file that grew lately no longer stands under its name: a walk is due. */
  isRotated(): boolean {
    const now = this.#monotonic()
    for (const { checkpoint, lost, changedAt } of this.#tracked.values()) {
      if (lost || now - changedAt > hotMs) continue
      const stat = statOf(checkpoint.file)
      if (stat === undefined || inodeOf(stat) !== checkpoint.inode) return true
    }
    return false
  }

  /** What there is to search, the smallest first, at most one part for each file; each must be settled by one of the calls below. */
  async parts(options: { readonly atEnd?: boolean } = {}): Promise<readonly TailPart[]> {
    const found: TailPart[] = []
    for (const tracked of [...this.#tracked.values()]) {
      if (tracked.busy) continue
      const part = await this.#partOrProblem(tracked, options.atEnd ?? false)
      if (part) {
        tracked.busy = true
        found.push(part)
      }
    }
    return found.sort((a, b) => sizeOf(a) - sizeOf(b))
  }

  /** The part was searched: its file's new checkpoint, to be stored. */
  commit(part: TailPart & { readonly kind: "lines" }): TailFile {
    const tracked = this.#of(part.id)
    tracked.busy = false
    tracked.isNew = false
    const { checkpoint } = tracked
    tracked.checkpoint = part.open
      ? { ...checkpoint, openBytes: part.to - part.from }
      : { ...checkpoint, ...this.#marks(tracked, part.to), position: part.to, openBytes: 0, mtimeMs: part.unit.mtimeMs }
    return tracked.checkpoint
  }

  /** Whether the file still is what it was when the part was handed out: not truncated or written anew while it was searched. */
  isStill(part: TailPart & { readonly kind: "lines" }): boolean {
    const tracked = this.#of(part.id)
    try {
      if (!this.#open(tracked)) return false
      const { size } = fstatSync(tracked.fd as number)
      return size >= part.to && isSame(tracked.fd as number, tracked.checkpoint, size)
    } catch (error) {
      if (!isOfFile(error)) throw error
      this.#unreadable(tracked, error)
      return false
    }
  }

  /** The part could not be searched or stored: it comes again. */
  giveBack(part: TailPart): void {
    this.#of(part.id).busy = false
  }

  /**
   * A `whole` part was searched, or the origin of a new file found: it begins with the content of another, which is a copy if that one is still
   * there, and the same if it is gone; undefined: with none. The checkpoint to store. Its id is no longer that of the part if it is the same.
   */
  settleOrigin(part: TailPart & { readonly kind: "whole" | "identify" }, origin: TailFile | undefined): TailFile {
    const tracked = this.#of(part.id)
    tracked.busy = false
    tracked.isNew = false
    const { kind, copyOf: _, ...rest } = tracked.checkpoint
    const position = kind === "whole" ? part.unit.size : (origin?.position ?? 0)
    const marks = kind === "whole" ? { mtimeMs: part.unit.mtimeMs } : this.#marks(tracked, position)
    const moved: TailFile = { ...rest, kind, ...marks, position }
    if (origin === undefined) tracked.checkpoint = moved
    else if (this.#gone.delete(origin.id)) tracked.checkpoint = { ...moved, id: origin.id }
    else tracked.checkpoint = { ...moved, copyOf: { id: origin.id, to: origin.position } }
    tracked.lookedTo = tracked.lineEnd = position
    return tracked.checkpoint
  }

  /** Every content known, also those that are gone. */
  files(): readonly TailFile[] {
    return [...[...this.#tracked.values()].map(({ checkpoint }) => checkpoint), ...this.#gone.values()]
  }

  /** Bytes written and not yet searched, so far as known. */
  behind(): number {
    let bytes = 0
    for (const { checkpoint, size, isNew } of this.#tracked.values()) {
      if (isNew || checkpoint.kind === "lines") bytes += Math.max(0, size - checkpoint.position)
    }
    return bytes
  }

  /** A unit for all of a content that is at hand, which stays so until it is released; undefined if it is gone. */
  hold(id: string): HeldContent | undefined {
    const tracked = [...this.#tracked.values()].find(({ checkpoint }) => checkpoint.id === id)
    if (!tracked || !this.#open(tracked)) return undefined
    tracked.holders++
    const release = (): void => {
      tracked.holders--
    }
    return { unit: this.#unit(tracked), kind: tracked.checkpoint.kind, release }
  }

  /** Unfinished lines are searched again, for indicators that were not there when they were. */
  forgetOpenLines(): readonly TailFile[] {
    const changed: TailFile[] = []
    for (const tracked of this.#tracked.values()) {
      if (tracked.checkpoint.openBytes === 0) continue
      tracked.checkpoint = { ...tracked.checkpoint, openBytes: 0 }
      changed.push(tracked.checkpoint)
    }
    return changed
  }

  /** Problems since the last call; each is told once for a place. */
  problems(): readonly Problem[] {
    return this.#problems.splice(0)
  }

  /** Ids whose checkpoints are to be deleted, since the last call. */
  dropped(): readonly string[] {
    return this.#dropped.splice(0)
  }

  close(): void {
    for (const tracked of this.#tracked.values()) this.#shut(tracked)
  }

  #shown(unit: WorkUnit): WorkUnit {
    const [folder, name] = this.#shownAs.find(([folder]) => unit.path.startsWith(`${folder}${sep}`)) ?? []
    return folder === undefined ? unit : { ...unit, path: `${name}${unit.path.slice(folder.length)}` }
  }

  #meet(unit: WorkUnit, met: Set<string>): void {
    const stat = statOf(unit.file)
    if (!stat?.isFile()) return
    const inode = inodeOf(stat)
    // A hard link is a second name of the same content.
    if (met.has(inode)) return
    met.add(inode)
    const known = this.#tracked.get(inode)
    if (known) {
      if (known.checkpoint.path !== unit.path) known.checkpoint = { ...known.checkpoint, path: unit.path, file: unit.file }
      this.#see(known, stat)
    } else if (this.#tracked.size >= filesMax) {
      this.#tell({ code: "limit", where: unit.path, message: `more than ${filesMax} files: this one is not followed; watch fewer folders` })
    } else this.#begin(unit.path, unit.file, inode, stat)
  }

  #begin(path: string, file: string, inode: string, stat: Stats): void {
    const checkpoint: TailFile = {
      id: this.#newId(path, inode),
      path,
      file,
      inode,
      kind: "lines",
      position: 0,
      mtimeMs: 0,
      head: "",
      anchor: "",
      openBytes: 0,
    }
    const tracked = { ...trackedOf(checkpoint, this.#monotonic()), isNew: true }
    this.#tracked.set(inode, tracked)
    this.#see(tracked, stat)
    this.#open(tracked)
  }

  #newId(path: string, inode: string): string {
    const text = `${path}\0${inode}\0${this.#now()}\0${process.pid}\0${this.#serial++}`
    return createHash("sha256").update(text).digest("hex").slice(0, 24)
  }

  #see(tracked: Tracked, stat: Stats): void {
    if (stat.size === tracked.size && stat.mtimeMs === tracked.mtimeMs) return
    // Written in place, as preallocated logs are: line ends may stand where none stood.
    if (stat.size <= tracked.lookedTo) tracked.lookedTo = tracked.lineEnd = tracked.checkpoint.position
    tracked.size = stat.size
    tracked.mtimeMs = stat.mtimeMs
    tracked.changedAt = this.#monotonic()
    tracked.isChecked = false
  }

  /** Whether the file still is what was read; if not, it begins anew and the content read is gone, as far as this inode is concerned. */
  #checkContent(tracked: Tracked): void {
    const { checkpoint, size } = tracked
    if (checkpoint.kind === "whole" || checkpoint.position === 0 || !this.#open(tracked)) return
    tracked.isChecked = true
    if (isSame(tracked.fd as number, checkpoint, size)) return
    this.#bury(checkpoint)
    const begun = { position: 0, head: "", anchor: "", openBytes: 0, mtimeMs: 0, id: this.#newId(checkpoint.path, checkpoint.inode) }
    const { copyOf: _, ...rest } = checkpoint
    tracked.checkpoint = { ...rest, ...begun }
    tracked.lookedTo = tracked.lineEnd = 0
    tracked.isNew = true
  }

  async #partOrProblem(tracked: Tracked, atEnd: boolean): Promise<TailPart | undefined> {
    try {
      return await this.#partOf(tracked, atEnd)
    } catch (error) {
      if (!isOfFile(error)) throw error
      this.#unreadable(tracked, error)
      return undefined
    }
  }

  #unreadable(tracked: Tracked, error: Error): void {
    this.#tell({ code: "unreadable", where: tracked.checkpoint.path, message: `cannot be read: ${error.message}` })
    if (tracked.holders === 0) this.#shut(tracked)
  }

  async #partOf(tracked: Tracked, atEnd: boolean): Promise<TailPart | undefined> {
    if (tracked.fd !== undefined || !tracked.lost) this.#look(tracked)
    if (!tracked.isChecked) this.#checkContent(tracked)
    if (tracked.size === 0 && !tracked.lost) return undefined
    if (tracked.isNew || tracked.checkpoint.kind === "whole") {
      const part = this.#partOfNew(tracked, atEnd)
      if (part !== "lines") return part
    }
    const part = await this.#linesOf(tracked, atEnd)
    if (!part && tracked.lost) this.#leaveWhenRead(tracked)
    return part
  }

  #look(tracked: Tracked): void {
    const hot = tracked.lost || tracked.isNew || this.#monotonic() - tracked.changedAt < hotMs
    if (!hot || !this.#open(tracked)) return
    this.#see(tracked, fstatSync(tracked.fd as number))
  }

  /** What a file is, and whether it may repeat what was read elsewhere. `lines`: it is read as it grows. */
  #partOfNew(tracked: Tracked, atEnd: boolean): TailPart | "lines" | undefined {
    if (tracked.checkpoint.kind === "whole" && !tracked.isNew && !hasChanged(tracked)) {
      if (tracked.lost && tracked.holders === 0) this.#leave(tracked)
      return undefined
    }
    if (!this.#open(tracked)) return undefined
    const bytes = readAt(tracked.fd as number, 0, headBytes)
    const kind = kindOf(bytes, tracked.checkpoint.path)
    tracked.checkpoint = { ...tracked.checkpoint, kind }
    const rests = atEnd || tracked.lost || this.#monotonic() - tracked.changedAt >= this.#restMs
    const { id } = tracked.checkpoint
    if (kind === "whole") return rests ? { kind, id, unit: this.#unit(tracked), copies: this.#others(tracked) } : undefined
    const copies = this.#others(tracked).filter((other) => startsAlike(bytes, other.head))
    const long = copies.filter((other) => other.position <= tracked.size)
    if (long.length > 0) return { kind: "identify", id, unit: this.#unit(tracked), copies: long }
    // Perhaps a copy that is still being made.
    if (copies.length > 0 && !rests) return undefined
    return "lines"
  }

  /** Contents of which something was read, and whose name it might carry on, or which are gone. */
  #others({ checkpoint }: Tracked): readonly TailFile[] {
    const stem = stemOf(checkpoint.path)
    return this.files().filter(
      (file) =>
        file.id !== checkpoint.id &&
        file.position > 0 &&
        file.kind === "lines" &&
        (file.goneMs !== undefined || stemOf(file.path) === stem),
    )
  }

  async #linesOf(tracked: Tracked, atEnd: boolean): Promise<TailPart | undefined> {
    const { checkpoint } = tracked
    const { position, openBytes } = checkpoint
    if (tracked.size <= position || !this.#open(tracked)) return undefined
    const fd = tracked.fd as number
    if (tracked.size > tracked.lookedTo) {
      tracked.lineEnd = (await lastLineEnd(fd, Math.max(position, tracked.lookedTo), tracked.size)) ?? tracked.lineEnd
      tracked.lookedTo = tracked.size
    }
    const { id } = checkpoint
    if (tracked.lineEnd > position) {
      const to =
        tracked.lineEnd - position <= partBytes ? tracked.lineEnd : await lineEndBefore(fd, position, position + partBytes, tracked.lineEnd)
      return { kind: "lines", id, unit: this.#unit(tracked), from: position, to, open: false }
    }
    const bytes = tracked.size - position
    const idle = atEnd || this.#monotonic() - tracked.changedAt >= this.#idleMs
    // A line without end is searched again only when it has doubled, so that it costs no more than twice its length.
    const worth = openBytes === 0 || (bytes > openBytes && (bytes < partBytes || bytes >= 2 * openBytes || tracked.lost))
    return idle && worth ? { kind: "lines", id, unit: this.#unit(tracked), from: position, to: tracked.size, open: true } : undefined
  }

  #leaveWhenRead(tracked: Tracked): void {
    const { position, openBytes } = tracked.checkpoint
    if (tracked.size <= position + openBytes && tracked.holders === 0) this.#leave(tracked)
  }

  /** The file is gone, and read to its end. */
  #leave(tracked: Tracked): void {
    this.#shut(tracked)
    this.#tracked.delete(tracked.checkpoint.inode)
    this.#bury(tracked.checkpoint)
  }

  #bury(checkpoint: TailFile): void {
    if (checkpoint.position > 0) this.#gone.set(checkpoint.id, { ...checkpoint, goneMs: this.#now() })
    else this.#dropped.push(checkpoint.id)
  }

  #forgetOld(): void {
    const now = this.#now()
    for (const [id, { goneMs = 0 }] of this.#gone) {
      if (this.#gone.size <= goneMax && now - goneMs < goneKeptMs) continue
      this.#gone.delete(id)
      this.#dropped.push(id)
    }
  }

  #unit(tracked: Tracked): WorkUnit {
    const { id, path } = tracked.checkpoint
    return { id, path, file: held(tracked), size: tracked.size, mtimeMs: tracked.mtimeMs }
  }

  #marks(tracked: Tracked, position: number): Pick<TailFile, "head" | "anchor"> {
    if (!this.#open(tracked)) return { head: tracked.checkpoint.head, anchor: tracked.checkpoint.anchor }
    const fd = tracked.fd as number
    const length = Math.min(markBytes, position)
    const { head } = tracked.checkpoint
    return {
      head: head.length === markBytes ? head : readAt(fd, 0, length).toString("latin1"),
      anchor: readAt(fd, position - length, length).toString("latin1"),
    }
  }

  #open(tracked: Tracked): boolean {
    if (tracked.fd !== undefined) return true
    const { file, path, inode } = tracked.checkpoint
    try {
      const fd = openSync(pathOf(file), constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
      // Another file has taken its name since it was listed: the next walk tells.
      if (inodeOf(fstatSync(fd)) !== inode) {
        closeSync(fd)
        return false
      }
      this.#shutColdest()
      tracked.fd = fd
      return true
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      if (code !== "ENOENT") this.#tell({ code: "unreadable", where: path, message: `cannot be read: ${message}` })
      return false
    }
  }

  #shutColdest(): void {
    const open = [...this.#tracked.values()].filter(({ fd, busy, lost, holders }) => fd !== undefined && !busy && !lost && holders === 0)
    if (open.length >= openFilesMax) this.#shut(open.reduce((a, b) => (a.changedAt <= b.changedAt ? a : b)))
  }

  #shut(tracked: Tracked): void {
    if (tracked.fd !== undefined) closeSync(tracked.fd)
    tracked.fd = undefined
  }

  #of(id: string): Tracked {
    for (const tracked of this.#tracked.values()) if (tracked.checkpoint.id === id) return tracked
    throw new Error(`no file of the tail has the id ${id}`)
  }

  #isExcluded(unit: WorkUnit): boolean {
    const path = resolve(unit.path)
    return this.#exclude.some((own) => path === own || path.startsWith(own + sep))
  }

  #tell(problem: Problem): void {
    const key = `${problem.code} ${problem.where} ${problem.message}`
    if (this.#told.has(key) || this.#told.size >= toldMax) return
    this.#told.add(key)
    this.#problems.push(problem)
  }
}

function trackedOf(checkpoint: TailFile, now: number): Tracked {
  const { position } = checkpoint
  return {
    checkpoint,
    size: -1,
    mtimeMs: -1,
    lookedTo: position,
    lineEnd: position,
    changedAt: now,
    isChecked: true,
    fd: undefined,
    busy: false,
    isNew: false,
    lost: false,
    holders: 0,
  }
}

/** The open file itself, whatever became of its name; where the system has no such path, the name. */
function held({ fd, checkpoint }: Tracked): string {
  if (fd === undefined) return checkpoint.file
  if (process.platform === "linux") return `/proc/self/fd/${fd}`
  return process.platform === "darwin" ? `/dev/fd/${fd}` : checkpoint.file
}

function kindOf(head: Buffer, path: string): TailFile["kind"] {
  if ([...compressions, ...archives, ...unreadables].some((kind) => kind.recognize(head))) return "whole"
  return recognizeFormat(head, path.split("/").at(-1) as string).decode ? "whole" : "lines"
}

/** What rotation leaves of a name: `access` of `access.log`, `access.log.2.gz` and `access-20210315.log`. */
function stemOf(path: string): string {
  return (path.split("/").at(-1) as string).split(/[.\d]/)[0] as string
}

function startsAlike(bytes: Buffer, head: string): boolean {
  const length = Math.min(bytes.length, head.length)
  return length > 0 && bytes.toString("latin1", 0, length) === head.slice(0, length)
}

/** The bytes before the position are still those that were read. */
function isSame(fd: number, { position, anchor }: TailFile, size: number): boolean {
  return size >= position && readAt(fd, position - anchor.length, anchor.length).toString("latin1") === anchor
}

function hasChanged({ checkpoint, size, mtimeMs }: Tracked): boolean {
  return size !== checkpoint.position || mtimeMs !== checkpoint.mtimeMs
}

function sizeOf(part: TailPart): number {
  return part.kind === "lines" ? part.to - part.from : part.unit.size
}

function inodeOf({ dev, ino }: Stats): string {
  return `${dev}:${ino}`
}

/** Undefined where nothing can be met under the name now: gone, or a folder above it is none any more. */
function statOf(file: string): Stats | undefined {
  try {
    return statSync(pathOf(file), { throwIfNoEntry: false })
  } catch (error) {
    if (isOfFile(error)) return undefined
    throw error
  }
}

/** A fault of the file system, and not of ours. */
function isOfFile(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error
}
