// Pulls the feeds of the workspace again and again beside a watch, in a process of its own: a bulletin of a million indicators must not hold up
// the search, nor stay in its memory. What it brought is noticed as any bulletin that another process added.
import { spawn } from "node:child_process"
import type { Problem } from "../../model/problem.js"
import { pause } from "../../sources/live/pause.js"

export interface FeedPolling {
  /** Ends the pull at hand; what it had kept stays. */
  stop(): Promise<void>
}

/** The first pull begins at once, each next one so long after the last ended. */
export function pollFeeds(workspace: string, everyMs: number, problem: (problem: Problem) => void): FeedPolling {
  const stopping = new AbortController()
  const { signal } = stopping
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await pull(workspace, problem, signal)
      await pause(everyMs, signal)
    }
  }
  const running = run()
  return {
    async stop() {
      stopping.abort()
      await running
    },
  }
}

async function pull(workspace: string, problem: (problem: Problem) => void, signal: AbortSignal): Promise<void> {
  const program = process.argv[1] as string
  const child = spawn(process.execPath, [program, "feed", "pull", "--workspace", workspace], { stdio: ["ignore", "ignore", "pipe"] })
  const stop = (): void => void child.kill()
  signal.addEventListener("abort", stop)
  let complaint = ""
  child.stderr.on("data", (data) => {
    complaint = `${complaint}${data}`.slice(-500)
  })
  const code = await new Promise<number | null>((resolve) => {
    child.once("error", (error) => {
      complaint = error.message
      resolve(2)
    })
    child.once("close", resolve)
  })
  signal.removeEventListener("abort", stop)
  if (code === 0 || signal.aborted) return
  const why = code === 3 ? "not everything could be fetched or read: sillage feed pull says what" : `cannot be pulled: ${complaint.trim()}`
  problem({ code: "unreadable", where: "feeds", message: why })
}
