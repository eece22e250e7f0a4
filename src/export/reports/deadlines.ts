// The legal clocks, computed from awareness: shown as a clock beside their source, never as legal advice.
import { type DeadlineStep, regimes } from "./data/regimes.js"
import type { CaseFacts, Profile } from "./profile.js"
import type { Language } from "./wording.js"

export interface Deadline {
  readonly regime: string
  readonly name: string
  readonly step: string
  readonly content: string
  readonly basis: string
  readonly status: string
  /** RFC 3339, UTC; null where the text sets no number, or the clock has not started. */
  readonly due: string | null
  /** `without-delay`: the text gives no number. */
  readonly kind: "due" | "passed" | "without-delay" | "not-started" | "on-request"
  /** Whether the organisation said that the regime concerns it. */
  readonly stated: boolean
}

/** One row per step, in the order of the table. */
export function deadlinesOf(facts: CaseFacts, profile: Profile, now: string, language: Language): readonly Deadline[] {
  const wanted = profile.organisation.regimes
  return regimes
    .filter((regime) => !wanted || wanted.includes(regime.id))
    .filter((regime) => !(regime.id === "gdpr" && facts.personalData === false))
    .flatMap((regime) =>
      regime.steps.map((step) => {
        const due = facts.awareAt === null ? null : dueOf(step, facts.awareAt)
        return {
          regime: regime.id,
          name: regime.name[language],
          step: step.name[language],
          content: step.content[language],
          basis: step.basis,
          status: regime.status[language],
          due,
          kind: kindOf(step, due, facts.awareAt, now),
          stated: wanted !== undefined,
        }
      }),
    )
}

function kindOf(step: DeadlineStep, due: string | null, awareAt: string | null, now: string): Deadline["kind"] {
  if (step.after === "on-request") return "on-request"
  if (step.after === "without-delay") return "without-delay"
  if (awareAt === null || due === null) return "not-started"
  return Date.parse(due) < Date.parse(now) ? "passed" : "due"
}

function dueOf(step: DeadlineStep, awareAt: string): string | null {
  if (typeof step.after === "string") return null
  const start = new Date(Date.parse(awareAt) + step.after.hours * 3_600_000)
  return rfc3339(step.after.months ? addMonths(start, step.after.months) : start)
}

/** The same day of a later month, or its last day where it is shorter (regulation 1182/71, article 3). */
function addMonths(start: Date, months: number): Date {
  const first = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + months, 1))
  const lastDay = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate()
  first.setUTCDate(Math.min(start.getUTCDate(), lastDay))
  first.setUTCHours(start.getUTCHours(), start.getUTCMinutes(), start.getUTCSeconds(), start.getUTCMilliseconds())
  return first
}

function rfc3339(date: Date): string {
  return date.toISOString().replace(".000Z", "Z")
}
