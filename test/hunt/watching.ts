// Runs the built watch over folders of a test: threads load built files. What it told is reduced to the lines that it told of.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Alert, EchoCount } from "../../src/hits/alerts/alert.js"
import type { StateStore, Workspace } from "../../src/hits/store/workspace.js"
import type { Watch, WatchRequest } from "../../src/hunt/watch.js"
import type { WatchAnswer } from "../../src/hunt/watch-job.js"
import type { openWatchSearch } from "../../src/hunt/watch-search.js"
import type { OpenSearcher } from "../../src/hunt/watch-thread.js"
import { parseIndicator } from "../../src/intake/intake.js"
import type { Problem } from "../../src/model/problem.js"

const dist = (path: string): string => new URL(`../../dist/${path}`, import.meta.url).href
const built = (await import(dist("hunt/watch.js"))) as { readonly Watch: typeof Watch }
const searching = (await import(dist("hunt/watch-search.js"))) as { readonly openWatchSearch: typeof openWatchSearch }
const store = (await import(dist("hits/store/workspace.js"))) as {
  readonly initWorkspace: (dir: string) => Workspace
  readonly StoreError: new (message: string, code: string) => Error
}
export const { initWorkspace, StoreError } = store

export const listed = "203.0.113.9"

/** Searches in the thread of the test: starting threads is most of what such tests cost. `search` stands in for the search of a part. */
export function searcher(around: (search: () => Promise<WatchAnswer>) => Promise<WatchAnswer> = (search) => search()): OpenSearcher {
  return async (setup) => {
    const { loaded, search } = await searching.openWatchSearch(setup)
    return { loaded, run: (job) => around(() => search(job)), close: async () => {} }
  }
}

/** A record that names the listed address, and the asset by which it is told apart. */
export function lineOf(number: number, address = listed): string {
  const time = new Date(Date.UTC(2026, 2, 15) + number * 1000).toISOString().slice(0, 19)
  return `${time}Z fw1 src=${address} dst=${assetOf(number)} action=drop\n`
}

export function assetOf(number: number): string {
  return `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`
}

export function indicatorOf(value: string) {
  const read = parseIndicator(value)
  if ("problem" in read) throw new Error(read.problem.message)
  return read.indicator
}

export class Place {
  readonly root = mkdtempSync(join(tmpdir(), "sillage-watch-"))
  readonly logs = join(this.root, "logs")
  readonly workspace: Workspace = initWorkspace(join(this.root, "workspace"))
  readonly told: (Alert | EchoCount)[] = []
  readonly problems: Problem[] = []
  #running: { readonly stop: AbortController; readonly done: Promise<void> }[] = []

  /** A watch that ends when all that is there was searched. */
  async once(options: Partial<WatchRequest> = {}): Promise<Watch> {
    const watch = this.watch({ isLast: () => true, ...options })
    await watch.run()
    return watch
  }

  /** A watch that runs until the place is left. */
  start(options: Partial<WatchRequest> = {}): Watch {
    const stop = new AbortController()
    const watch = this.watch({ signal: stop.signal, ...options })
    this.#running.push({ stop, done: watch.run() })
    return watch
  }

  watch(options: Partial<WatchRequest> = {}): Watch {
    return new built.Watch({
      paths: [this.logs],
      source: { given: [indicatorOf(listed)] },
      own: [],
      trustedProxies: [],
      state: this.workspace.state,
      windowMs: 3_600_000,
      pollMs: 10,
      tail: { restMs: 100, idleMs: 150 },
      open: searcher(),
      tell: (told) => this.told.push(...told),
      problem: (problem) => this.problems.push(problem),
      ...options,
    })
  }

  async stop(): Promise<void> {
    for (const { stop, done } of this.#running.splice(0)) {
      stop.abort()
      await done
    }
  }

  async leave(): Promise<void> {
    await this.stop()
    this.workspace.close()
    rmSync(this.root, { recursive: true, force: true })
  }

  /** Every alert in its last revision. */
  alerts(): readonly Alert[] {
    const last = new Map<string, Alert>()
    for (const one of this.told) if (one.type === "alert") last.set(one.id, one)
    return [...last.values()]
  }

  /** `asset` of each record told, as often as it was counted. */
  assets(): readonly string[] {
    return this.alerts()
      .flatMap(({ asset, count }) => Array.from({ length: count }, () => asset))
      .sort()
  }

  async until(what: () => boolean, withinMs = 20_000): Promise<void> {
    const end = performance.now() + withinMs
    while (!what()) {
      if (performance.now() > end) throw new Error(`waited in vain; told of ${this.assets().join(", ")}`)
      await sleep(10)
    }
  }
}

export function assetsOf(...numbers: readonly number[]): readonly string[] {
  return numbers.map(assetOf).sort()
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resume) => setTimeout(resume, ms))
}

/** The store, with each of its commits before which something else may happen. */
export function commitsOf(state: StateStore, before: (number: number) => void): StateStore {
  let number = 0
  return {
    ...state,
    transaction: (body) => {
      before(++number)
      return state.transaction(body)
    },
  }
}
