// What analysts decided about a hit or a lead: plain values with author, time and expiry. Storing them is the caller's.
import { classes, type TriageClass } from "./factor-table.js"
import type { HitTriage } from "./triage.js"

export interface Verdict {
  /** What it is about: indicator value, with the asset where the decision is about that one alone. */
  readonly subject: string
  readonly asset?: string
  readonly decision: "confirmed" | "dismissed" | "noted"
  /** A dismissal has one. */
  readonly reason?: string
  readonly note?: string
  readonly author: string
  /** RFC 3339, UTC. */
  readonly at: string
  /** RFC 3339, UTC: a dismissal holds no longer than this. */
  readonly expires?: string
  /** How grave the thing was when it was judged. */
  readonly seen?: { readonly class: TriageClass; readonly points: number }
}

export type Standing =
  | { readonly state: "open" }
  | { readonly state: "confirmed"; readonly by: Verdict }
  | { readonly state: "dismissed"; readonly by: Verdict }
  /** Was dismissed, and is open again. */
  | { readonly state: "reopened"; readonly by: Verdict; readonly why: "expired" | "stronger" }

const textMax = 2_000

/** What is wrong with a verdict, in a sentence for the user; undefined if nothing. */
export function verdictFault(verdict: Verdict): string | undefined {
  if (!verdict.author.trim()) return "a verdict needs its author"
  if (Number.isNaN(Date.parse(verdict.at))) return "a verdict needs its time"
  if (verdict.decision === "dismissed" && !verdict.reason?.trim()) return "a dismissal needs a reason"
  if (verdict.decision === "noted" && !verdict.note?.trim()) return "a note needs its text"
  if (verdict.expires !== undefined && !(Date.parse(verdict.expires) > Date.parse(verdict.at)))
    return "the expiry must lie after the decision"
  if ([verdict.reason, verdict.note].some((text) => (text?.length ?? 0) > textMax))
    return `reason and note hold at most ${textMax} characters`
  return undefined
}

/** Where a subject stands now: the last decision counts; a stronger later hit or the expiry opens a dismissed one again. */
export function standingOf(
  verdicts: readonly Verdict[],
  subject: string,
  now: { readonly time: string; readonly triage?: Pick<HitTriage, "class" | "points">; readonly asset?: string },
): Standing {
  const last = verdicts
    .filter((one) => one.subject === subject && one.decision !== "noted" && (one.asset === undefined || one.asset === now.asset))
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
    .at(-1)
  if (!last) return { state: "open" }
  if (last.decision === "confirmed") return { state: "confirmed", by: last }
  if (last.expires !== undefined && Date.parse(now.time) >= Date.parse(last.expires)) return { state: "reopened", by: last, why: "expired" }
  if (now.triage && stronger(now.triage, last.seen)) return { state: "reopened", by: last, why: "stronger" }
  return { state: "dismissed", by: last }
}

/** The standing dismissals as a file of the MISP warninglist form; whole-subject ones only. */
export function dismissalsAsWarninglist(verdicts: readonly Verdict[], now: string): Readonly<Record<string, unknown>> {
  const subjects = [...new Set(verdicts.map((one) => one.subject))].sort()
  const list = subjects.filter((subject) => {
    const whole = verdicts.filter((one) => one.asset === undefined)
    return standingOf(whole, subject, { time: now }).state === "dismissed"
  })
  const addresses = list.every((value) => /^[0-9a-fA-F:.]+(?:\/\d+)?$/.test(value) && /[.:]/.test(value))
  return {
    name: "Dismissed by the analysts of this organisation",
    description: "Indicators that were examined here and found harmless; each holds until its expiry",
    version: Number(now.slice(0, 10).replaceAll("-", "")),
    type: addresses ? "cidr" : "string",
    matching_attributes: addresses
      ? ["ip-src", "ip-dst", "domain|ip"]
      : ["ip-src", "ip-dst", "domain", "hostname", "url", "md5", "sha1", "sha256", "email-src"],
    list,
  }
}

function stronger(now: Pick<HitTriage, "class" | "points">, then: Verdict["seen"]): boolean {
  // Dismissed without a hit, as a lead may be: any hit is more.
  if (!then) return true
  return classes.indexOf(now.class) < classes.indexOf(then.class) || now.points > then.points
}
