// `sillage triage list`: the judged hits of a kept hunt, gravest first, with the verdicts of the analysts.
import { buildCommand } from "@stricli/core"
import { classes, classTexts, type TriageClass } from "../../hits/triage/factor-table.js"
import type { Standing } from "../../hits/triage/verdicts.js"
import { keptTriage, type StandingGroup } from "../../hunt/triage-kept.js"
import { type CliContext, guarded, write } from "./context.js"
import { inWorkspace, type WorkspaceFlags, workspaceFlag } from "./in-workspace.js"
import { safe } from "./safe-text.js"
import { block } from "./triage-text.js"

interface ListFlags extends WorkspaceFlags {
  readonly hunt?: string
  readonly class?: TriageClass
  readonly state?: Standing["state"]
  readonly value?: string
  readonly json?: boolean
}

const states = ["open", "confirmed", "dismissed", "reopened"] as const
const shownMax = 60

export const triageListCommand = buildCommand<ListFlags, [], CliContext>({
  docs: {
    brief: "List the judged hits of a hunt with the verdicts about them",
    fullDescription: [
      "Shows the hits of a kept hunt by listed value, gravest first, with the factors that set the class and what the analysts decided.",
      "A decision about one asset stands beside the value, which stays open on all others.",
      "A dismissed value comes back as reopened when its dismissal expired or a later hit weighs more than what was dismissed.",
      "",
      "Examples:",
      "  sillage triage",
      "  sillage triage list --class probable --state open",
      "  sillage triage list --hunt 3 --json | jq '.groups[] | select(.standing == \"reopened\")'",
    ].join("\n"),
  },
  parameters: {
    flags: {
      hunt: { kind: "parsed", parse: String, optional: true, brief: "A hunt by its number (default: the latest)", placeholder: "ID" },
      class: { kind: "enum", values: classes, optional: true, brief: "Only this class and graver ones" },
      state: { kind: "enum", values: states, optional: true, brief: "Only what stands so" },
      value: { kind: "parsed", parse: String, optional: true, brief: "Only this listed value", placeholder: "VALUE" },
      json: { kind: "boolean", optional: true, withNegated: false, brief: "One JSON object on stdout" },
      workspace: workspaceFlag,
    },
  },
  func(this: CliContext, flags: ListFlags): Promise<void> {
    return guarded(this, async () => {
      const now = new Date().toISOString()
      const { hunt, groups } = await inWorkspace(flags, (workspace) => keptTriage(workspace, flags.hunt ?? "latest", now))
      const kept = groups.filter(
        ({ group, standing }) =>
          (flags.class === undefined || classes.indexOf(group.triage.class) <= classes.indexOf(flags.class)) &&
          (flags.state === undefined || standing.state === flags.state) &&
          (flags.value === undefined || group.indicator.value === flags.value),
      )
      await write(flags.json ? `${JSON.stringify({ hunt, groups: kept.map(machineForm) })}\n` : render(hunt, kept, groups.length))
      return 0
    })
  },
})

function machineForm({ group, standing, verdicts, assets: decided }: StandingGroup): Readonly<Record<string, unknown>> {
  const { indicator, triage, quadrant, hits, byClass, assets: touched, assetsLeftOut, accounts, firstSeen, lastSeen } = group
  const assets = touched.map((one) => {
    const apart = decided.find(({ asset }) => asset === one.value)
    return apart ? { ...one, standing: apart.standing.state } : one
  })
  return {
    indicator,
    triage,
    quadrant,
    hits,
    byClass,
    assets,
    assetsLeftOut,
    accounts,
    firstSeen,
    lastSeen,
    nextSteps: classTexts[triage.class].en.nextSteps,
    standing: standing.state,
    ...(standing.state === "reopened" ? { why: standing.why } : {}),
    verdicts,
  }
}

function render(hunt: string, kept: readonly StandingGroup[], all: number): string {
  if (all === 0) return `Hunt ${safe(hunt, 20)} has no hits.\n`
  const head = `Hunt ${safe(hunt, 20)}: ${kept.length} of ${all} listed values with hits. sillage triage confirm|dismiss|note VALUE decides.`
  const more = kept.length - shownMax
  const lines = kept
    .slice(0, shownMax)
    .flatMap(({ group, standing, verdicts, assets }) => [
      "",
      `${group.triage.class.toUpperCase()}  ${standingText(standing)}`,
      ...block(group),
      ...assets.map((one) => `    on ${safe(one.asset, 60)} (×${one.hits}): ${standingText(one.standing)}`),
      ...verdicts.map(
        (one) =>
          `    ${one.at.slice(0, 16).replace("T", " ")}  ${one.decision}${one.asset === undefined ? "" : ` for ${safe(one.asset, 60)} alone`} by ${safe(one.author, 60)}${one.reason ? `: ${safe(one.reason, 160)}` : ""}${one.note ? `; note: ${safe(one.note, 160)}` : ""}${one.expires ? ` (until ${one.expires.slice(0, 10)})` : ""}`,
      ),
    ])
  return `${[head, ...lines, ...(more > 0 ? ["", `… and ${more} more: --json lists them, --class and --state narrow`] : [])].join("\n")}\n`
}

function standingText(standing: Standing): string {
  if (standing.state === "reopened")
    return standing.why === "expired" ? "REOPENED: its dismissal expired" : "REOPENED: a later hit weighs more than what was dismissed"
  return standing.state
}
