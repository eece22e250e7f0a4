// A thread of the watch, seen from outside: opened with its indicators, asked one job at a time.
import { Worker } from "node:worker_threads"
import type { Loaded, WatchAnswer, WatchJob, WatchThreadSetup } from "./watch-job.js"

/** Most of what a thread allocates is short-lived: room for three times as much would only stay resident for as long as the watch runs. */
const maxYoungGenerationSizeMb = 3

/** What searches for the watch. */
export interface WatchSearcher {
  readonly loaded: Loaded
  /** Rejects if it died of the job, or before. */
  run(job: WatchJob): Promise<WatchAnswer>
  close(): Promise<void>
}

export type OpenSearcher = (setup: WatchThreadSetup) => Promise<WatchSearcher>

export class WatchThread implements WatchSearcher {
  readonly loaded: Loaded
  readonly #worker: Worker
  #waiting: { readonly resolve: (answer: WatchAnswer) => void; readonly reject: (error: Error) => void } | undefined
  #dead: Error | undefined

  private constructor(worker: Worker, loaded: Loaded) {
    this.#worker = worker
    this.loaded = loaded
    worker.on("message", (answer: WatchAnswer) => {
      const waiting = this.#waiting
      this.#waiting = undefined
      waiting?.resolve(answer)
    })
    const died = (error: Error): void => {
      this.#dead ??= error
      this.#waiting?.reject(error)
      this.#waiting = undefined
    }
    worker.on("error", died)
    worker.on("exit", (code) => died(new Error(`the thread ended with ${code}`)))
  }

  /** Resolves when the tables are built; rejects if they cannot be. */
  static open(setup: WatchThreadSetup): Promise<WatchThread> {
    const worker = new Worker(new URL("./watch-worker.js", import.meta.url), {
      workerData: setup,
      resourceLimits: { maxYoungGenerationSizeMb },
    })
    return new Promise((resolve, reject) => {
      worker.once("error", reject)
      worker.once("exit", (code) => reject(new Error(`the thread ended with ${code} before it was ready`)))
      worker.once("message", (loaded: Loaded) => resolve(new WatchThread(worker, loaded)))
    })
  }

  run(job: WatchJob): Promise<WatchAnswer> {
    if (this.#dead) return Promise.reject(this.#dead)
    if (this.#waiting) throw new Error("the thread is at work")
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      this.#worker.postMessage(job)
    })
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }
}
