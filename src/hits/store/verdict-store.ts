// The analysts' verdicts, in the order in which they were given; none is ever overwritten.
import { UsageError } from "../../model/problem.js"
import { type Verdict, verdictFault } from "../triage/verdicts.js"
import type { Database } from "./database.js"

export interface VerdictStore {
  /** Throws a `UsageError` where the verdict lacks what it needs. */
  add(verdict: Verdict): void
  list(): readonly Verdict[]
}

export function openVerdicts(db: Database): VerdictStore {
  return {
    add(verdict) {
      const fault = verdictFault(verdict)
      if (fault !== undefined) throw new UsageError(fault)
      db.run("INSERT INTO verdict (subject, at, body) VALUES (?, ?, ?)", verdict.subject, verdict.at, JSON.stringify(verdict))
    },
    list: () => Array.from(db.rows("SELECT body FROM verdict ORDER BY id"), (row) => JSON.parse(String(row.body)) as Verdict),
  }
}
