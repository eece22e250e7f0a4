// A thread of the watch, seen from outside: opened with its indicators, asked one job at a time.
import { Worker } from "node:worker_threads"
import type { WatchAnswer, WatchJob, WatchThreadReady, WatchThreadSetup } from "./watch-job.js"

/** What searches for the watch. */
export interface WatchSearcher {
  /** Of its indicators, in their order. */
  readonly prints: BigUint64Array<ArrayBuffer>
  /** Rejects if it died of the job, or before. */
  run(job: WatchJob): Promise<WatchAnswer>
  close(): Promise<void>
}

export type OpenSearcher = (setup: WatchThreadSetup) => Promise<WatchSearcher>

export class WatchThread implements WatchSearcher {
  readonly prints: BigUint64Array<ArrayBuffer>
  readonly #worker: Worker
  #waiting: { readonly resolve: (answer: WatchAnswer) => void; readonly reject: (error: Error) => void } | undefined
  #dead: Error | undefined

  private constructor(worker: Worker, prints: BigUint64Array<ArrayBuffer>) {
    this.#worker = worker
    this.prints = prints
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
    const worker = new Worker(new URL("./watch-worker.js", import.meta.url), { workerData: setup })
    return new Promise((resolve, reject) => {
      worker.once("error", reject)
      worker.once("exit", (code) => reject(new Error(`the thread ended with ${code} before it was ready`)))
      worker.once("message", ({ prints }: WatchThreadReady) => resolve(new WatchThread(worker, prints)))
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
