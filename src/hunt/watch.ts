// The watch: the hunt over logs as they grow. It carries one finite part after another through a searching thread, and commits what was found
// together with the position up to which was searched, so that a restart at any point loses nothing and repeats nothing.
import { type Alert, type EchoCount, quietReason } from "../hits/alerts/alert.js"
import { AlertGroups, type AlertStep, type StoredGroup } from "../hits/alerts/alert-groups.js"
import { type StateStore, StoreError } from "../hits/store/workspace.js"
import type { Problem } from "../model/problem.js"
import { Tail, type TailOptions, type TailPart } from "../sources/files/tail.js"
import type { TailFile } from "../sources/files/tail-file.js"
import { recognizeFormat } from "../sources/formats/index.js"
import { pause } from "../sources/live/pause.js"
import { type KeptPrints, PrintsStore, type PrintsToKeep } from "./kept-prints.js"
import { rehearsals } from "./rehearsal.js"
import { type Carry, type Content, noCarry } from "./tail-scan.js"
import type { IndicatorSource, WatchAnswer, WatchJob } from "./watch-job.js"
import { type PastBound, type PastSearch, searchPast } from "./watch-past.js"
import { type OpenSearcher, type WatchSearcher, WatchThread } from "./watch-thread.js"

export interface WatchRequest {
  readonly paths: readonly string[]
  readonly source: IndicatorSource
  /** Changes when the indicators do; asked often. Absent: they never do. */
  readonly revision?: () => string
  readonly own: readonly string[]
  readonly trustedProxies: readonly string[]
  readonly tz?: string
  readonly state: StateStore
  /** Hits of one indicator on one asset within this are one alert. */
  readonly windowMs: number
  readonly pollMs?: number
  readonly tail?: TailOptions
  /** What is to be told, in the commit that stores it; called within that transaction. */
  readonly tell: (told: readonly (Alert | EchoCount)[]) => void
  /** After a commit in which something was told. */
  readonly told?: () => void
  readonly problem?: (problem: Problem) => void
  /** Ends the watch after the part at hand. */
  readonly signal?: AbortSignal
  /** Whether nothing more will come: the watch then ends when everything there is has been searched. */
  readonly isLast?: () => boolean
  readonly nowMs?: () => number
  readonly monotonicMs?: () => number
  /** A thread for each set of indicators, unless told otherwise. */
  readonly open?: OpenSearcher
}

/** Figures since the start, and how things stand. */
export interface WatchStatus {
  state: "starting" | "running" | "blocked" | "stopped"
  /** Why it is blocked. */
  reason: string | null
  indicators: number
  files: number
  bytes: number
  records: number
  hits: number
  echoes: number
  alerts: number
  problems: number
  /** Bytes written and not yet searched. */
  behind: number
  swaps: number
  /** The longest time in which nothing was searched because the indicators changed. */
  swapPauseMs: number
  /** Contents whose past is still to be searched for new indicators. */
  pastLeft: number
  /** Searching threads that died. */
  deaths: number
}

/** The thread of a new set of indicators, while it builds its tables. */
interface NextThread {
  readonly revision: string
  readonly opening: Promise<WatchSearcher>
  thread?: WatchSearcher
  failed?: Error
  /** Of its indicators, and of those that are new: stored before it takes over. */
  keeping?: readonly [all: PrintsToKeep, fresh: PrintsToKeep]
}

interface StoredFile {
  readonly file: TailFile
  readonly carry: Carry
  /** Ids of hits told of a `whole` file, which is read again when it changes. */
  readonly hits?: readonly string[]
}

/** Kinds of the state store. */
const kinds = { file: "watch-file", group: "watch-group", known: "watch-known", past: "watch-past", pastDone: "watch-past-done" } as const

const pollMsDefault = 50
/** The folders are listed again after so many looks at the files, and take a twentieth of the time at most. */
const looksPerWalk = 10
const flushEveryMs = 1000
const refreshEveryMs = 1000
const retryMs = 1000
const hitIdsMax = 5000
const triesMax = 2
const piecesPerRound = 2

/** A stored hunt through the past: for these indicators, every content up to where it was when they came. */
export interface Past {
  readonly id: string
  readonly prints: KeptPrints
  readonly bounds: readonly PastBound[]
}

export class Watch {
  readonly status: WatchStatus
  readonly #request: WatchRequest
  readonly #state: StateStore
  readonly #open: OpenSearcher
  readonly #pollMs: number
  readonly #walkEveryMs: number
  readonly #now: () => number
  readonly #monotonic: () => number
  readonly #tail: Tail
  readonly #groups: AlertGroups
  readonly #prints: PrintsStore
  readonly #stored = new Map<string, StoredFile>()
  /** Checkpoints that are not yet stored: of parts in which nothing was found. */
  readonly #dirty = new Set<string>()
  readonly #deletes = new Set<string>()
  readonly #tries = new Map<string, number>()
  #thread: WatchSearcher | undefined
  #next: NextThread | undefined
  #revision = ""
  #serial = 0
  #pasts: Past[]
  #past: PastSearch | undefined
  #times = { walked: Number.NEGATIVE_INFINITY, walkTook: 0, flushed: 0, refreshed: Number.NEGATIVE_INFINITY }

  constructor(request: WatchRequest) {
    this.#request = request
    this.#state = request.state
    this.#now = request.nowMs ?? Date.now
    this.#open = request.open ?? WatchThread.open
    this.#pollMs = request.pollMs ?? pollMsDefault
    this.#walkEveryMs = looksPerWalk * this.#pollMs
    this.#monotonic = request.monotonicMs ?? (() => performance.now())
    for (const { key, value } of this.#state.entries<StoredFile>(kinds.file)) this.#stored.set(key, value)
    const known = [...this.#stored.values()].map(({ file }) => file)
    this.#tail = new Tail(request.paths, known, { ...request.tail, monotonicMs: this.#monotonic, nowMs: this.#now })
    const groups = this.#state.entries<StoredGroup>(kinds.group).map(({ value }) => value)
    const load = (key: string): StoredGroup | undefined => this.#state.get(kinds.group, key)
    this.#groups = new AlertGroups(groups, { windowMs: request.windowMs, load }, this.#monotonic(), this.#now())
    this.#pasts = this.#state.entries<Past>(kinds.past).map(({ value }) => value)
    this.#prints = new PrintsStore(this.#state, [this.#known(), ...this.#pasts.map(({ prints }) => prints)])
    this.status = {
      state: "starting",
      reason: null,
      indicators: 0,
      files: 0,
      bytes: 0,
      records: 0,
      hits: 0,
      echoes: 0,
      alerts: 0,
      problems: 0,
      behind: 0,
      swaps: 0,
      swapPauseMs: 0,
      pastLeft: this.#pasts.reduce((sum, { bounds }) => sum + bounds.length, 0),
      deaths: 0,
    }
  }

  /** Runs until it is told to stop; where nothing more comes, until all that is there has been searched. Throws only on a fault of ours. */
  async run(): Promise<void> {
    const request = this.#request
    try {
      await this.#start()
      while (!request.signal?.aborted) {
        const worked = await this.#round()
        if (!worked && this.#isLast() && this.#isThrough()) break
        if (!worked) await pause(this.#pollMs, this.#request.signal)
      }
      if (this.#isLast() && !request.signal?.aborted) {
        await this.#commit(this.#groups.close("all"))
        while (!this.#prints.isClean) await this.#clean()
      }
      await this.#flush()
    } finally {
      this.status.state = "stopped"
      await this.#past?.stop()
      await this.#thread?.close()
      await this.#next?.opening.then((thread) => thread.close()).catch(() => undefined)
      this.#tail.close()
    }
  }

  async #start(): Promise<void> {
    this.#revision = this.#request.revision?.() ?? ""
    const opening = this.#openLive()
    // While the tables are built: what the first lines will need is compiled.
    if (!this.#isLast()) for (const { unit, text } of rehearsals([])) recognizeFormat(text, unit.path)
    const thread = await opening
    await this.#walk()
    const keeping = this.#keepingOf(thread)
    while (!(await this.#keep(keeping)));
    await this.#install(thread, keeping)
    this.status.state = "running"
  }

  #setup() {
    const { source, own, trustedProxies, tz } = this.#request
    return { source, own, trustedProxies, known: this.#prints.read(this.#known()), ...(tz === undefined ? {} : { tz }) }
  }

  /** A thread for what is being written: where nothing will be, there is no first line to be ready for. */
  #openLive(): Promise<WatchSearcher> {
    return this.#open({ ...this.#setup(), ...(this.#isLast() ? {} : { rehearse: true }) })
  }

  #known(): KeptPrints {
    return this.#state.get<KeptPrints>(kinds.known, "all") ?? ""
  }

  /** One look at everything; whether there was anything to do. */
  async #round(): Promise<boolean> {
    const now = this.#monotonic()
    if (now - this.#times.refreshed >= refreshEveryMs) await this.#refresh(now)
    if (this.#next?.failed) this.#reopen(this.#next.failed)
    if (this.#next?.thread) await this.#prepareSwap(this.#next.thread, this.#next)
    else await this.#clean()
    const due = Math.max(this.#walkEveryMs, 20 * this.#times.walkTook)
    if (now - this.#times.walked >= due || this.#tail.isRotated()) await this.#walk()
    const parts = await this.#tail.parts({ atEnd: this.#isLast() })
    for (const part of parts) {
      if (this.#request.signal?.aborted) this.#tail.giveBack(part)
      else await this.#search(part)
    }
    const ended = this.#groups.close({ monotonicMs: this.#monotonic() })
    if (ended.closed.length > 0) await this.#commit(ended)
    if (this.#monotonic() - this.#times.flushed >= flushEveryMs) await this.#flush()
    this.#runPast()
    this.status.behind = this.#tail.behind()
    return parts.length > 0
  }

  #isLast(): boolean {
    return this.#request.isLast?.() ?? false
  }

  #isThrough(): boolean {
    return this.#pasts.length === 0 && this.#next === undefined
  }

  async #walk(): Promise<void> {
    const began = this.#monotonic()
    await this.#tail.walk()
    for (const problem of this.#tail.problems()) this.#report(problem)
    for (const id of this.#tail.dropped()) this.#forget(id)
    for (const file of this.#tail.files()) this.#remember(file)
    this.#times.walked = this.#monotonic()
    this.#times.walkTook = this.#times.walked - began
    this.status.files = this.#tail.files().filter(({ goneMs }) => goneMs === undefined).length
  }

  /** A checkpoint that the walk changed: another name, or gone. */
  #remember(file: TailFile): void {
    const stored = this.#stored.get(file.id)
    if (!stored || stored.file === file) return
    this.#stored.set(file.id, { ...stored, file })
    this.#dirty.add(file.id)
  }

  #forget(id: string): void {
    this.#stored.delete(id)
    this.#dirty.delete(id)
    this.#deletes.add(id)
  }

  async #search(part: TailPart): Promise<void> {
    const answer = await this.#ask(part)
    if (!answer) return
    for (const problem of answer.problems) this.#report(problem)
    this.status.bytes += answer.bytes
    this.status.records += answer.records
    if (part.kind === "lines") await this.#commitLines(part, answer)
    else await this.#commitOrigin(part, answer)
  }

  async #commitLines(part: TailPart & { readonly kind: "lines" }, answer: WatchAnswer): Promise<void> {
    // Truncated while it was searched: what was read may belong to what was written since.
    if (!answer.carry || !this.#tail.isStill(part)) {
      this.#tail.giveBack(part)
      return
    }
    const file = this.#tail.commit(part)
    this.#stored.set(file.id, { file, carry: answer.carry })
    this.#dirty.add(file.id)
    await this.#tellHits(answer.hits)
  }

  async #commitOrigin(part: TailPart & { readonly kind: "whole" | "identify" }, answer: WatchAnswer): Promise<void> {
    const origin = part.copies.find(({ id }) => id === answer.origin)
    const before = this.#stored.get(part.id)
    const file = this.#tail.settleOrigin(part, origin)
    if (file.id !== part.id) this.#forget(part.id)
    const told = new Set(before?.hits ?? [])
    const hits = part.kind === "whole" ? answer.hits.filter(({ hit }) => !told.has(hit.id)) : []
    const carry = part.kind === "whole" ? answer.carry : origin && this.#stored.get(origin.id)?.carry
    const ids = [...told, ...hits.map(({ hit }) => hit.id)].slice(-hitIdsMax)
    this.#stored.set(file.id, { file, carry: carry ?? noCarry, ...(part.kind === "whole" ? { hits: ids } : {}) })
    this.#dirty.add(file.id)
    await this.#tellHits(hits)
  }

  async #tellHits(hits: WatchAnswer["hits"]): Promise<void> {
    if (hits.length === 0) return
    const at = { monotonicMs: this.#monotonic(), nowMs: this.#now() }
    this.#count(hits)
    await this.#commit(this.#groups.add(hits, at))
  }

  #count(hits: WatchAnswer["hits"]): void {
    const quiet = hits.filter(({ hit }) => quietReason(hit) !== undefined).length
    this.status.echoes += quiet
    this.status.hits += hits.length - quiet
  }

  /** The thread's answer; undefined if it died of the part, which comes again, once. */
  async #ask(part: TailPart): Promise<WatchAnswer | undefined> {
    const tries = (this.#tries.get(part.id) ?? 0) + 1
    try {
      const answer = await (this.#thread as WatchSearcher).run(this.#jobOf(part))
      this.#tries.delete(part.id)
      return answer
    } catch (error) {
      this.status.deaths++
      this.#tries.set(part.id, tries)
      await this.#thread?.close()
      this.#thread = await this.#openLive()
      if (tries >= triesMax) return this.#givenUp(part, error as Error)
      this.#tail.giveBack(part)
      return undefined
    }
  }

  /** Searching it ended two threads: it is passed over, and said so. */
  #givenUp(part: TailPart, error: Error): WatchAnswer {
    this.#tries.delete(part.id)
    const place = part.kind === "lines" ? `${part.unit.path}:${part.from}` : part.unit.path
    const message = `ended two searching threads (${error.message}): not searched; report it as a fault`
    const carry = this.#stored.get(part.id)?.carry ?? noCarry
    return { hits: [], problems: [{ code: "unreadable", where: place, message }], bytes: 0, records: 0, carry }
  }

  #jobOf(part: TailPart): WatchJob {
    if (part.kind === "lines") {
      const { unit, from, to, open } = part
      return { kind: "lines", unit, range: { from, to, open }, carry: this.#stored.get(part.id)?.carry ?? noCarry }
    }
    return { kind: part.kind, unit: part.unit, contents: part.copies.flatMap((file) => this.#contentOf(file)) }
  }

  #contentOf(file: TailFile): readonly Content[] {
    const carry = this.#stored.get(file.id)?.carry
    return carry ? [{ id: file.id, textBytes: carry.textBytes, crc: carry.crc, head: file.head }] : []
  }

  async #refresh(now: number): Promise<void> {
    this.#times.refreshed = now
    const revision = this.#request.revision?.() ?? ""
    if (revision === (this.#next?.revision ?? this.#revision)) return
    for (const { kept, stored } of this.#next?.keeping ?? []) if (stored > 0) this.#prints.forget(kept)
    await this.#next?.opening.then((thread) => thread.close()).catch(() => undefined)
    const opening = this.#openLive()
    const next: NextThread = { revision, opening }
    opening.then(
      (thread) => {
        next.thread = thread
      },
      (error: Error) => {
        next.failed = error
      },
    )
    this.#next = next
  }

  /** The new indicators could not be loaded; the old ones stay in force, and the next look tries again. */
  #reopen(error: Error): void {
    this.#next = undefined
    this.#report({
      code: "unreadable",
      where: "workspace",
      message: `the new indicators cannot be loaded (${error.message}): trying again`,
    })
  }

  /** What is large of it is stored before, piece by piece: the search goes on in between. */
  async #prepareSwap(thread: WatchSearcher, next: NextThread): Promise<void> {
    const began = this.#monotonic()
    next.keeping ??= this.#keepingOf(thread)
    let isKept = false
    for (let piece = 0; piece < piecesPerRound && !isKept; piece++) isKept = await this.#keep(next.keeping)
    if (isKept) await this.#swap(thread, next.revision, next.keeping)
    this.status.swapPauseMs = Math.max(this.status.swapPauseMs, this.#monotonic() - began)
  }

  #keepingOf({ loaded: { prints, fresh } }: WatchSearcher): NonNullable<NextThread["keeping"]> {
    const id = `${this.#now().toString(36)}-${process.pid}-${this.#serial++}`
    return [this.#prints.begin(prints, `${id}-all`), this.#prints.begin(fresh, `${id}-new`)]
  }

  /** Stores one more piece; whether all are stored. */
  async #keep(keeping: NonNullable<NextThread["keeping"]>): Promise<boolean> {
    const one = keeping.find((each) => !this.#prints.isKept(each))
    if (!one) return true
    await this.#store(() => {
      this.#writeCheckpoints()
      this.#prints.keep(one)
    })
    one.stored++
    return false
  }

  async #clean(): Promise<void> {
    for (let piece = 0; piece < piecesPerRound && !this.#prints.isClean; piece++) {
      await this.#store(() => {
        this.#writeCheckpoints()
        this.#prints.clean()
      })
      this.#prints.cleaned()
    }
  }

  /** The new indicators take over between two parts. */
  async #swap(thread: WatchSearcher, revision: string, keeping: NonNullable<NextThread["keeping"]>): Promise<void> {
    this.#next = undefined
    this.#revision = revision
    const old = this.#thread
    await this.#install(thread, keeping)
    this.status.swaps++
    await old?.close()
  }

  /** From here on this thread searches; what its new indicators are not yet searched for is noted in the same commit. */
  async #install(thread: WatchSearcher, [all, fresh]: NonNullable<NextThread["keeping"]>): Promise<void> {
    const { indicators, freshCount } = thread.loaded
    const before = this.#known()
    const bounds = this.#bounds()
    for (const file of this.#tail.forgetOpenLines()) this.#remember(file)
    const past: Past | undefined =
      freshCount > 0 && bounds.length > 0
        ? { id: `past-${this.#now().toString(36)}-${this.#pasts.length}`, prints: fresh.kept, bounds }
        : undefined
    await this.#store(() => {
      this.#writeCheckpoints()
      this.#state.set(kinds.known, "all", all.kept)
      if (past) this.#state.set(kinds.past, past.id, past)
    })
    this.#prints.forget(before)
    if (!past) this.#prints.forget(fresh.kept)
    this.#thread = thread
    this.status.indicators = indicators
    if (!past) return
    this.#pasts.push(past)
    this.status.pastLeft += past.bounds.length
  }

  /** Contents that are gone are among them: they may turn up again, compressed. */
  #bounds(): Past["bounds"] {
    return this.#tail
      .files()
      .filter(({ position }) => position > 0)
      .map(({ id, path, kind, position, goneMs }) => ({
        id,
        path,
        bytes: position,
        gone: goneMs !== undefined,
        below: kind === "whole" ? Number.MAX_SAFE_INTEGER : (this.#stored.get(id)?.carry.textBytes ?? 0),
      }))
  }

  #runPast(): void {
    if (this.#past) {
      if (this.#past.failed) throw this.#past.failed
      return
    }
    const past = this.#pasts[0]
    if (!past) return
    const done = new Set(this.#state.entries<string>(kinds.pastDone).flatMap(({ key, value }) => (value === past.id ? [key] : [])))
    this.#past = searchPast(past, done, {
      setup: { ...this.#setup(), only: this.#prints.read(past.prints) },
      open: this.#open,
      hold: (id) => this.#tail.hold(id),
      copyOf: (id) => this.#stored.get(id)?.file.copyOf,
      done: async (id, answer) => {
        for (const problem of answer.problems) this.#report(problem)
        this.status.bytes += answer.bytes
        this.status.records += answer.records
        const at = { monotonicMs: this.#monotonic(), nowMs: this.#now(), past: past.id }
        this.#count(answer.hits)
        await this.#commit(this.#groups.add(answer.hits, at), () => this.#state.set(kinds.pastDone, `${past.id} ${id}`, past.id))
        this.status.pastLeft--
      },
      end: async () => {
        await this.#commit(this.#groups.endPast(past.id), () => {
          this.#state.delete(kinds.past, past.id)
          for (const { id } of past.bounds) this.#state.delete(kinds.pastDone, `${past.id} ${id}`)
        })
        this.#prints.forget(past.prints)
        this.#pasts = this.#pasts.filter((one) => one !== past)
        this.#past = undefined
      },
    })
  }

  /** Stores a step with every checkpoint that is ahead of its stored form. */
  async #commit(step: AlertStep, more: () => void = () => {}): Promise<void> {
    await this.#store(() => {
      this.#writeCheckpoints()
      for (const group of step.opened) this.#state.set(kinds.group, group.key, group)
      for (const key of step.closed) this.#state.delete(kinds.group, key)
      more()
      this.#request.tell(step.told)
    })
    this.#groups.settle(step)
    this.status.alerts += step.told.filter(({ type }) => type === "alert").length
    if (step.told.length > 0) this.#request.told?.()
  }

  async #flush(): Promise<void> {
    this.#times.flushed = this.#monotonic()
    if (this.#dirty.size + this.#deletes.size > 0) await this.#store(() => this.#writeCheckpoints())
  }

  #writeCheckpoints(): void {
    for (const id of this.#dirty) this.#state.set(kinds.file, id, this.#stored.get(id))
    for (const id of this.#deletes) if (!this.#stored.has(id)) this.#state.delete(kinds.file, id)
  }

  /** One commit, tried until it holds: a full disk stops the watch where it is, and loses nothing. */
  async #store(body: () => void): Promise<void> {
    for (;;) {
      try {
        this.#state.transaction(body)
        this.#dirty.clear()
        this.#deletes.clear()
        if (this.status.state === "blocked") Object.assign(this.status, { state: "running", reason: null })
        return
      } catch (error) {
        if (!(error instanceof StoreError)) throw error
        if (this.status.state !== "blocked")
          this.#report({ code: "unreadable", where: "workspace", message: `${error.message}: trying again` })
        Object.assign(this.status, { state: "blocked", reason: error.message })
        if (this.#request.signal?.aborted) throw error
        await pause(retryMs, this.#request.signal)
      }
    }
  }

  /** Whether the first bytes of a file, under the name that is opened, are searched and that is stored. */
  isSearched(file: string, bytes: number): boolean {
    for (const [id, stored] of this.#stored) {
      if (stored.file.file === file) return stored.file.position + stored.file.openBytes >= bytes && !this.#dirty.has(id)
    }
    return false
  }

  #report(problem: Problem): void {
    this.status.problems++
    this.#request.problem?.(problem)
  }
}
