// `sillage doctor`: checks the workspace, and mends it with --repair.
import { buildCommand } from "@stricli/core"
import { checkWorkspace, repairWorkspace, type StoreRepair, type WorkspaceFault } from "../../hits/store/check-workspace.js"
import { findWorkspace, isWorkspace, openWorkspace } from "../../hits/store/workspace.js"
import { UsageError } from "../../model/problem.js"
import { type CliContext, guarded, write } from "./context.js"
import { isOver } from "./hunt-record.js"
import { type WorkspaceFlags, workspaceFlag } from "./in-workspace.js"

interface DoctorFlags extends WorkspaceFlags {
  readonly repair?: boolean
  readonly json?: boolean
}

export const doctorCommand = buildCommand<DoctorFlags, [], CliContext>({
  docs: {
    brief: "Check the workspace for damage, and mend it with --repair",
    fullDescription: [
      "Checks the workspace's database, what is stored in it, its rights, its disk and its clock. With --repair, everything that can still be",
      "read is kept: a damaged database is copied row by row and the damaged file stays aside; what was searched and cannot be read back is",
      "searched again by the next hunt. Stop other sillage processes before a repair.",
      "",
      "Examples:",
      "  sillage doctor",
      "  sillage doctor --repair --workspace /cases/2021-apt31/.sillage",
      "",
      "Exit codes: 0 sound or mended, 3 something is wrong.",
    ].join("\n"),
  },
  parameters: {
    flags: {
      workspace: workspaceFlag,
      repair: { kind: "boolean", optional: true, withNegated: false, brief: "Mend what is damaged" },
      json: { kind: "boolean", optional: true, withNegated: false, brief: "One JSON object on stdout" },
    },
  },
  func(this: CliContext, flags: DoctorFlags): Promise<void> {
    return guarded(this, async () => {
      const dir = findWorkspace({ given: flags.workspace, cwd: process.cwd(), env: process.env })
      if (dir === undefined || !isWorkspace(dir)) throw new UsageError(`there is no workspace ${dir ?? "here"}: make one with sillage init`)
      const faults = checkWorkspace(dir, new Date())
      const broken = faults.filter((fault) => fault.kind === "repairable")
      const repair = flags.repair && broken.length > 0 ? repairWorkspace(dir) : undefined
      const cutOff = broken.length === 0 || repair ? huntsCutOff(dir) : []
      if (flags.json) await write(`${JSON.stringify({ type: "doctor", workspace: dir, faults, repair: repair ?? null, cutOff })}\n`)
      else await write(`${[...faults.map(line), ...repaired(repair), ...toResume(cutOff), verdict(dir, broken, repair)].join("\n")}\n`)
      return broken.length === 0 || repair ? 0 : 3
    })
  },
})

function line({ kind, message }: WorkspaceFault): string {
  return `${kind === "repairable" ? "DAMAGED" : "advice "}  ${message}`
}

function repaired(repair: ReturnType<typeof repairWorkspace> | undefined): readonly string[] {
  return repair ? [...ofStore(repair, ""), ...(repair.watch ? ofStore(repair.watch, " of the watch") : [])] : []
}

function ofStore({ aside, saved, removed }: StoreRepair, whose: string): readonly string[] {
  return [
    ...(aside === undefined ? [] : [`kept     the damaged file is ${aside}`]),
    ...saved.map(({ table, rows, whole }) => `saved    ${rows} rows of ${table}${whose}${whole ? "" : ", some were LOST"}`),
    ...(removed > 0 ? [`removed  ${removed} stored values${whose} that did not read back; what they said is searched again`] : []),
  ]
}

function huntsCutOff(dir: string): readonly string[] {
  const workspace = openWorkspace(dir)
  try {
    return workspace.hunts.list().flatMap((entry) => (entry.state === "running" && isOver(entry) ? [entry.id] : []))
  } finally {
    workspace.close()
  }
}

function toResume(ids: readonly string[]): readonly string[] {
  return ids.length === 0 ? [] : [`advice   hunt ${ids.join(", ")} was cut off: sillage hunt --resume goes on with the latest`]
}

function verdict(dir: string, broken: readonly WorkspaceFault[], repair: unknown): string {
  if (broken.length === 0) return `The workspace ${dir} is sound.`
  return repair ? `The workspace ${dir} is mended.` : `The workspace ${dir} is damaged: sillage doctor --repair saves what can be saved.`
}
