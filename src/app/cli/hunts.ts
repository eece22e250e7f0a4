// `sillage hunts`: the hunts of the workspace, and the answer of each again.
import { buildCommand, buildRouteMap } from "@stricli/core"
import type { HuntEntry, Workspace } from "../../hits/store/workspace.js"
import type { HuntAnswer } from "../../hunt/hunt.js"
import type { TriagedAnswer } from "../../hunt/triage-answer.js"
import type { Hit } from "../../model/hit.js"
import { UsageError } from "../../model/problem.js"
import { type CliContext, guarded, write } from "./context.js"
import { type HuntDetail, isOver } from "./hunt-record.js"
import { inWorkspace, type WorkspaceFlags, workspaceFlag } from "./in-workspace.js"
import { safe } from "./safe-text.js"
import type { Summary } from "./summary.js"
import { type AnswerFlags, writeAnswer } from "./write-answer.js"

const listCommand = buildCommand<WorkspaceFlags & { readonly json?: boolean }, [], CliContext>({
  docs: {
    brief: "List the hunts of the workspace",
    fullDescription: [
      "Lists the hunts of the workspace, oldest first.",
      "",
      "Examples:",
      "  sillage hunts list",
      "  sillage hunts list --json",
    ].join("\n"),
  },
  parameters: {
    flags: { workspace: workspaceFlag, json: { kind: "boolean", optional: true, withNegated: false, brief: "One JSON object a hunt" } },
  },
  func(this: CliContext, flags: WorkspaceFlags & { readonly json?: boolean }): Promise<void> {
    return guarded(this, async () => {
      await inWorkspace(flags, async ({ hunts }) => {
        const entries = hunts.list()
        const lines = entries.map((entry) =>
          flags.json ? JSON.stringify({ type: "hunt", ...entry, state: stateOf(entry) }) : lineOf(entry),
        )
        await write(lines.length > 0 ? `${lines.join("\n")}\n` : flags.json ? "" : "No hunt yet: sillage hunt PATH\n")
      })
      return 0
    })
  },
})

const showCommand = buildCommand<WorkspaceFlags & AnswerFlags, [id?: string], CliContext>({
  docs: {
    brief: "Show the answer of a hunt again",
    fullDescription: [
      "Shows the answer of a hunt of the workspace as the hunt itself did, with its exit code. Nothing is searched.",
      "",
      "Examples:",
      "  sillage hunts show",
      "  sillage hunts show 3 --json | jq 'select(.type == \"hit\")'",
    ].join("\n"),
  },
  parameters: {
    flags: {
      workspace: workspaceFlag,
      json: { kind: "boolean", optional: true, withNegated: false, brief: "NDJSON on stdout, as of sillage hunt --json" },
      all: { kind: "boolean", optional: true, withNegated: false, brief: "Show folded sightings and echoes too" },
    },
    positional: {
      kind: "tuple",
      parameters: [{ parse: String, optional: true, brief: "Number of the hunt (default: the latest that ended)", placeholder: "ID" }],
    },
  },
  func(this: CliContext, flags: WorkspaceFlags & AnswerFlags, id = "latest"): Promise<void> {
    return guarded(this, () => inWorkspace(flags, (workspace) => show(workspace, id, flags)))
  },
})

export const huntsRoutes = buildRouteMap<"list" | "show", CliContext>({
  routes: { list: listCommand, show: showCommand },
  docs: { brief: "The hunts of the workspace, and their answers again" },
})

async function show({ hunts, dir }: Workspace, id: string, flags: AnswerFlags): Promise<number> {
  const entry = hunts.get(id)
  if (!entry)
    throw new UsageError(id === "latest" ? `no hunt of ${dir} has ended yet` : `there is no hunt ${id} in ${dir}; see sillage hunts list`)
  if (entry.summary === null)
    throw new UsageError(`hunt ${entry.id} has not ended: ${isOver(entry) ? "sillage hunt --resume goes on with it" : "it is running"}`)
  const detail = hunts.detail(entry.id) as HuntDetail
  const kept = [...hunts.hits(entry.id)] as (Hit & { readonly triage: TriagedAnswer["triage"][number] })[]
  const hits = kept.map(({ triage: _, ...hit }) => hit)
  const summary = entry.summary as unknown as Summary
  const answer: HuntAnswer = {
    ...detail.answer,
    // A hunt that was kept before its answer had counts of its own: the summary has them.
    counts: detail.answer.counts ?? summary.hits,
    hits,
    sightings: hunts.sightings(entry.id),
    coverage: hunts.coverage(entry.id),
    problems: hunts.problems(entry.id),
  }
  // What could not be read for it stands among the problems of the hunt.
  const triage: TriagedAnswer = { ...detail.triage, problems: [], triage: kept.map((one) => one.triage) }
  const view = {
    answer,
    triage,
    summary,
    problems: answer.problems,
    bulletins: hunts.bulletins(entry.id),
    indicators: hunts.indicators(entry.id),
  }
  await writeAnswer(view, flags)
  return answer.interrupted ? 130 : summary.exit
}

function stateOf(entry: HuntEntry): string {
  return entry.state === "running" && isOver(entry) ? "cut-off" : entry.state
}

function lineOf(entry: HuntEntry): string {
  const { hits } = (entry.summary ?? {}) as { readonly hits?: Summary["hits"] }
  const found = hits ? `${hits.total} hits` : "no answer"
  return `${entry.id.padStart(4)}  ${entry.startedAt.slice(0, 19)}Z  ${stateOf(entry).padEnd(11)}  ${found.padEnd(14)}  ${safe(entry.asked.paths.join(" "), 100)}`
}
