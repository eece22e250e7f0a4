// `sillage triage confirm`, `dismiss` and `note`: an analyst's verdict about a listed value or a lead, with author and time.
import { userInfo } from "node:os"
import { buildCommand } from "@stricli/core"
import type { Workspace } from "../../hits/store/workspace.js"
import type { Verdict } from "../../hits/triage/verdicts.js"
import { keptTriage } from "../../hunt/triage-kept.js"
import { parseIndicator } from "../../intake/intake.js"
import { UsageError } from "../../model/problem.js"
import { formatInstant, parseInstant } from "../../model/time.js"
import { type CliContext, guarded, write } from "./context.js"
import { inWorkspace, type WorkspaceFlags, workspaceFlag } from "./in-workspace.js"
import { safe } from "./safe-text.js"

interface DecideFlags extends WorkspaceFlags {
  readonly hunt?: string
  readonly note?: string
  readonly asset?: string
  readonly author?: string
}

interface DismissFlags extends DecideFlags {
  readonly reason?: string
  readonly expires?: string
}

const dayMs = 86_400_000
const one = (brief: string, placeholder: string) => ({ kind: "parsed", parse: String, optional: true, brief, placeholder }) as const

const shared = {
  hunt: one("The hunt in which it was seen (default: the latest)", "ID"),
  note: one("Free text, kept with the verdict", "TEXT"),
  asset: one("Only for this own address, host or site", "ASSET"),
  author: one("Who decides (default: the user's name)", "NAME"),
  workspace: workspaceFlag,
}
const value = {
  kind: "tuple",
  parameters: [{ parse: String, brief: "A listed value with hits, or a lead of the pivot", placeholder: "VALUE" }],
} as const

export const triageConfirmCommand = buildCommand<DecideFlags, [string], CliContext>({
  docs: {
    brief: "Confirm a hit or a lead: the next pivot starts from it too",
    fullDescription: ["Examples:", "  sillage triage confirm 203.0.113.9 --note 'same session as 198.51.100.7'"].join("\n"),
  },
  parameters: { flags: shared, positional: value },
  func(this: CliContext, flags: DecideFlags, subject: string): Promise<void> {
    return guarded(this, () => decide("confirmed", subject, flags))
  },
})

export const triageDismissCommand = buildCommand<DismissFlags, [string], CliContext>({
  docs: {
    brief: "Dismiss a hit or a lead, with a reason and for a time",
    fullDescription: [
      "A dismissal needs a reason. It holds until --expires, or until a later hit weighs more than what was dismissed.",
      "",
      "Examples:",
      "  sillage triage dismiss 203.0.113.9 --reason 'home line of our own teleworker' --expires 90d",
      "  sillage triage dismiss 203.0.113.9 --reason 'partner' --asset www.example --expires 2026-12-31",
    ].join("\n"),
  },
  parameters: {
    flags: {
      ...shared,
      reason: one("Why it is harmless", "TEXT"),
      expires: one("Until when: a date, RFC 3339, or a number of days such as 90d", "INSTANT"),
    },
    positional: value,
  },
  func(this: CliContext, flags: DismissFlags, subject: string): Promise<void> {
    return guarded(this, () => decide("dismissed", subject, flags))
  },
})

export const triageNoteCommand = buildCommand<DecideFlags, [string], CliContext>({
  docs: {
    brief: "Keep a note about a hit or a lead, which decides nothing",
    fullDescription: ["Examples:", "  sillage triage note 203.0.113.9 --note 'asked the branch office'"].join("\n"),
  },
  parameters: { flags: shared, positional: value },
  func(this: CliContext, flags: DecideFlags, subject: string): Promise<void> {
    return guarded(this, () => decide("noted", subject, flags))
  },
})

async function decide(decision: Verdict["decision"], given: string, flags: DismissFlags): Promise<number> {
  const subject = subjectOf(given)
  const at = new Date().toISOString()
  const expires = flags.expires === undefined ? undefined : expiryOf(flags.expires, at)
  const seen = await inWorkspace(flags, (workspace) => {
    const group = weightOf(workspace, flags, subject, at)
    workspace.verdicts.add({
      subject,
      ...(flags.asset === undefined ? {} : { asset: flags.asset }),
      decision,
      ...(flags.reason === undefined ? {} : { reason: flags.reason }),
      ...(flags.note === undefined ? {} : { note: flags.note }),
      author: flags.author ?? userInfo().username,
      at,
      ...(expires === undefined ? {} : { expires }),
      ...(group === undefined ? {} : { seen: group }),
    })
    return group
  })
  const weight = seen
    ? ` (it was ${seen.class}, ${seen.points} points)`
    : ` (it has no hit ${flags.asset === undefined ? "" : "there "}in this hunt)`
  await write(`${safe(subject, 120)}: ${decision}${weight}${expires ? `, until ${expires.slice(0, 10)}` : ""}.\n`)
  return 0
}

/** How grave it is now, so that something graver opens it again. */
function weightOf(workspace: Workspace, { hunt, asset }: DecideFlags, subject: string, now: string): Verdict["seen"] {
  // A lead may be judged where no hunt is kept yet.
  if (hunt === undefined && workspace.hunts.get("latest") === undefined) return undefined
  const found = keptTriage(workspace, hunt ?? "latest", now).groups.find(({ group }) => group.indicator.value === subject)
  const weight = asset === undefined ? found?.group.triage : found?.group.assets.find((one) => one.value === asset)
  return weight && { class: weight.class, points: weight.points }
}

function subjectOf(given: string): string {
  const read = parseIndicator(given)
  if ("problem" in read) throw new UsageError(`${given} is no value that can be hunted: ${read.problem.message}`)
  return read.indicator.value
}

function expiryOf(given: string, now: string): string {
  const days = /^(\d{1,5})d$/.exec(given)?.[1]
  if (days !== undefined) return new Date(Date.parse(now) + Number(days) * dayMs).toISOString()
  const instant = parseInstant(given)
  if (instant === undefined) throw new UsageError(`--expires ${given} is no instant: give a date, RFC 3339, or days such as 90d`)
  return formatInstant(instant)
}
