// `sillage gc`: makes the workspace smaller by what is old.
import { buildCommand } from "@stricli/core"
import { collectGarbage } from "../../hits/store/maintain-workspace.js"
import { type CliContext, guarded, write } from "./context.js"
import { inWorkspace, type WorkspaceFlags, workspaceFlag } from "./in-workspace.js"
import { size } from "./progress.js"

interface GcFlags extends WorkspaceFlags {
  readonly days?: number
  readonly dryRun?: boolean
  readonly json?: boolean
}

const daysDefault = 180
const dayMs = 86_400_000

export const gcCommand = buildCommand<GcFlags, [], CliContext>({
  docs: {
    brief: "Remove old answers and old done-marks from the workspace",
    fullDescription: [
      "Removes the answers of hunts that were begun long ago (never the latest), and what was noted as searched before then: such files are",
      "searched again when they are next asked for, so nothing is lost but time. Of a watch, alerts go that no receiver took since then.",
      "Bulletins, verdicts, feeds and cases are never removed.",
      "",
      "Examples:",
      "  sillage gc --dry-run",
      "  sillage gc --days 30",
    ].join("\n"),
  },
  parameters: {
    flags: {
      workspace: workspaceFlag,
      days: { kind: "parsed", parse: wholeDays, optional: true, brief: `Keep what is younger [default: ${daysDefault}]`, placeholder: "N" },
      dryRun: { kind: "boolean", optional: true, withNegated: false, brief: "Say what would be removed, and remove nothing" },
      json: { kind: "boolean", optional: true, withNegated: false, brief: "One JSON object on stdout" },
    },
  },
  func(this: CliContext, flags: GcFlags): Promise<void> {
    return guarded(this, async () => {
      const before = new Date(Date.now() - (flags.days ?? daysDefault) * dayMs).toISOString()
      const dryRun = flags.dryRun ?? false
      const { dir, done } = await inWorkspace(flags, (workspace) => ({
        dir: workspace.dir,
        done: collectGarbage(workspace.dir, before, { dryRun }),
      }))
      const alerts = done.alerts > 0 ? `, and ${done.alerts} alerts that no receiver took,` : ""
      const what = `${done.hunts} hunts and ${done.units} searched units${alerts} from before ${before.slice(0, 10)}`
      if (flags.json) await write(`${JSON.stringify({ type: "gc", workspace: dir, before, dryRun, ...done })}\n`)
      else if (dryRun) await write(`Would remove ${what}.\n`)
      else await write(`Removed ${what}: ${size(done.bytesBefore)} became ${size(done.bytesAfter)}.\n`)
      return 0
    })
  },
})

function wholeDays(input: string): number {
  const days = Number(input)
  if (!Number.isInteger(days) || days < 0 || days > 36_500) throw new Error(`${input} is no whole number of days from 0 to 36500`)
  return days
}
