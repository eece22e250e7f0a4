// The order in which hits deserve a look (semantics 8.7), and whether the event lies in the indicator's validity (11.10).
import type { Grade, Strength, Validity } from "../model/hit.js"
import type { Indicator } from "../model/indicator.js"
import type { Echo, LogRecord } from "../model/log-record.js"
import { parseInstant, type TimeInterval } from "../model/time.js"
import { isAuthentication } from "./authentication.js"

export function gradeOf(strength: Strength, echo: Echo | null, record: Pick<LogRecord, "action" | "outcome" | "fields">): Grade {
  if (echo) return "echo"
  if (strength === "lookup" || strength === "mention") return strength
  if (record.outcome === "success" && isAuthentication(record.fields)) return "authenticated"
  if (record.action === "allowed" || record.outcome === "success") return "contact"
  if (record.action === "blocked" || record.outcome === "failure") return "attempt"
  return "seen"
}

/** Judged at event time; an interval that touches the window is inside. */
export function validityOf(indicator: Pick<Indicator, "validFrom" | "validUntil">, time: TimeInterval | undefined): Validity {
  const from = indicator.validFrom === undefined ? undefined : parseInstant(indicator.validFrom)
  const until = indicator.validUntil === undefined ? undefined : parseInstant(indicator.validUntil)
  if (from === undefined && until === undefined) return "unstated"
  if (!time) return "unstated"
  if (from !== undefined && time.latest !== null && time.latest < from) return "before"
  if (until !== undefined && time.earliest !== null && time.earliest >= until) return "after"
  return "inside"
}
