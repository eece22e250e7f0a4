// One watch for each workspace: two would search the same lines and tell everything twice.
import { readFileSync } from "node:fs"
import { hostname } from "node:os"
import type { StateStore } from "../../hits/store/workspace.js"
import { UsageError } from "../../model/problem.js"

interface Holder {
  readonly pid: number
  readonly host: string
  /** When the process began, as the system counts: a number that another process of the same id does not have. */
  readonly began: string
}

const kind = "watch-lock"

/** Throws a `UsageError` while another watch runs on this machine; what a crash left behind is taken over. */
export function lockWatch(state: StateStore): { release(): void } {
  const own: Holder = { pid: process.pid, host: hostname(), began: beganAt(process.pid) }
  state.transaction(() => {
    const holder = state.get<Holder>(kind, "holder")
    if (holder && holder.host === own.host && isRunning(holder)) {
      throw new UsageError(`another watch (process ${holder.pid}) uses this workspace: stop it, or give another with --workspace`)
    }
    state.set(kind, "holder", own)
  })
  return { release: () => state.delete(kind, "holder") }
}

function isRunning({ pid, began }: Holder): boolean {
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return beganAt(pid) === began
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"
  }
}

/** Field 22 of /proc/PID/stat, behind the name in brackets; empty where the system does not tell. */
function beganAt(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1")
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? ""
  } catch {
    return "" // no such process, or no such system
  }
}
