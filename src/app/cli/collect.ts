// `sillage collect`: a CERT's side of the reports, counted over organisations.
import { readdir, readFile, stat } from "node:fs/promises"
import { join } from "node:path"
import { buildCommand } from "@stricli/core"
import { bundleBytesMax } from "../../export/evidence/tar.js"
import { type Campaign, campaignOf } from "../../hits/campaign.js"
import type { Workspace } from "../../hits/store/workspace.js"
import { contributionBytesMax, contributionOf, type ReadContribution, readContribution } from "../../intake/contribution.js"
import { type Problem, UsageError } from "../../model/problem.js"
import { parseTlp, type Tlp } from "../../model/tlp.js"
import { bundleContribution } from "../case/contribution.js"
import { findCollection } from "../server/collections.js"
import { type CliContext, guarded, write } from "./context.js"
import { inWorkspace, type WorkspaceFlags, workspaceFlag } from "./in-workspace.js"
import { safe } from "./safe-text.js"

interface CollectFlags extends WorkspaceFlags {
  readonly collection?: string
  readonly reader?: Tlp
  readonly json?: boolean
}

const filesMax = 100_000

type Read = ReturnType<typeof readContribution>

export const collectCommand = buildCommand<CollectFlags, string[], CliContext>({
  docs: {
    brief: "Count many organisations' reports into one picture of a campaign",
    fullDescription: [
      "Reads reports of many organisations (STIX 2.1 and MISP, such as sillage report writes, and bundles of sillage case pack) and shows which indicators were seen",
      "by how many of them, first and last, and the leads that several report independently. Only counts come out: no organisation is named, and",
      "a sector is shown where at least two of its organisations are in it. Reports marked more strictly than --reader are left out and counted.",
      "",
      "Examples:",
      "  sillage collect reports/",
      "  sillage collect --collection sightings --reader green --json     # what partners posted to the TAXII server",
    ].join("\n"),
  },
  parameters: {
    flags: {
      collection: {
        kind: "parsed",
        parse: (input: string): string => input,
        optional: true,
        brief: "Collection of the workspace's TAXII server to read, by alias or id",
        placeholder: "NAME",
      },
      reader: { kind: "parsed", parse: tlpGiven, optional: true, brief: "What the reader may see (default: amber)", placeholder: "TLP" },
      json: { kind: "boolean", optional: true, withNegated: false, brief: "One JSON object on stdout" },
      workspace: workspaceFlag,
    },
    positional: { kind: "array", parameter: { parse: String, brief: "Reports, or folders of them", placeholder: "PATH" } },
  },
  func(this: CliContext, flags: CollectFlags, ...paths: string[]): Promise<void> {
    return guarded(this, () => runCollect(flags, paths))
  },
})

async function runCollect(flags: CollectFlags, paths: readonly string[]): Promise<number> {
  if (paths.length === 0 && flags.collection === undefined)
    throw new UsageError("nothing to collect: give reports, folders, or --collection NAME")
  const contributions: ReadContribution[] = []
  const problems: Problem[] = []
  const take = (read: Read): void => {
    if (read.contribution) contributions.push(read.contribution)
    problems.push(...read.problems)
  }
  for (const path of paths) for (const file of await filesBelow(path, problems)) take(await readReport(file))
  const { collection } = flags
  if (collection !== undefined) await inWorkspace(flags, (workspace) => takeCollection(workspace, collection, take))
  const campaign = campaignOf(contributions, flags.reader ?? "amber")
  await write(
    flags.json
      ? `${JSON.stringify({ ...campaign, reports: contributions.length, problems })}\n`
      : asText(campaign, contributions.length, problems),
  )
  return 0
}

/** An evidence bundle by its ending; anything else says itself what it is. */
async function readReport(file: string): Promise<Read> {
  const bundle = /\.tar$/i.test(file)
  const { size } = await stat(file)
  const most = bundle ? bundleBytesMax : contributionBytesMax
  if (size > most) return { contribution: undefined, problems: [{ code: "limit", where: file, message: `more than ${most} bytes` }] }
  const bytes = await readFile(file)
  return bundle ? bundleContribution(file, bytes) : readContribution(file, bytes)
}

/** The objects of a collection by who made them: each reporter's are one report; what nobody claims may be referred to by all. */
function takeCollection(workspace: Workspace, name: string, take: (read: Read) => void): void {
  const found = findCollection(workspace.state, name)
  if (!found) throw new UsageError(`there is no collection ${name}: see sillage collection list`)
  const others = new Map<string, StixBody>()
  const byMaker = new Map<string, StixBody[]>()
  let afterSeq: number | undefined
  do {
    const page = workspace.exchange.page(found.id, { afterSeq }, 1_000)
    for (const { body } of page.rows) sortIn(JSON.parse(body) as StixBody, others, byMaker)
    afterSeq = page.more ? page.rows.at(-1)?.seq : undefined
  } while (afterSeq !== undefined)
  for (const [maker, own] of byMaker) take(contributionOf(`${name}#${maker}`, own, others))
}

type StixBody = Parameters<typeof contributionOf>[1][number]

function sortIn(object: StixBody, others: Map<string, StixBody>, byMaker: Map<string, StixBody[]>): void {
  const maker = object.type === "identity" ? object.id : object.created_by_ref
  if (typeof object.id === "string") others.set(object.id, object)
  if (typeof maker !== "string") return
  const own = byMaker.get(maker)
  if (own) own.push(object)
  else byMaker.set(maker, [object])
}

/** Files ending in .json or .tar, in a stable order. */
async function filesBelow(path: string, problems: Problem[]): Promise<readonly string[]> {
  const found = await stat(path).catch((error: Error) => {
    throw new UsageError(`cannot read ${path}: ${error.message}`)
  })
  if (!found.isDirectory()) return [path]
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile() && /\.(?:json|tar)$/i.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
  if (files.length > filesMax)
    problems.push({ code: "limit", where: path, message: `more than ${filesMax} reports: the rest was not read` })
  return files.sort().slice(0, filesMax)
}

const shownMax = 50

function asText(campaign: Campaign, reports: number, problems: readonly Problem[]): string {
  const { organisations, affected, indicators, leads, leadsOfOne, withheld, tlp } = campaign
  const seen = indicators.filter(({ seenBy }) => seenBy > 0)
  const quiet = indicators.length - seen.length
  const marking = tlp === undefined ? "unmarked" : `TLP:${tlp.toUpperCase()}`
  const lines = [
    `${reports} reports of ${organisations} organisations; ${affected} saw at least one indicator; ${marking}`,
    ...(withheld > 0 ? [`${withheld} reports are left out: their marking is stricter than the reader's`] : []),
    "",
    "organisations  not seen  records  first       last        indicator",
    ...seen.slice(0, shownMax).map((one) => {
      const day = (instant: string | null): string => (instant?.slice(0, 10) ?? "unknown").padEnd(12)
      const sectors = Object.entries(one.sectors).map(([name, count]) => `${safe(name, 30)} ${count}`)
      const tail = sectors.length > 0 ? `  (${sectors.join(", ")})` : ""
      return `${String(one.seenBy).padStart(13)}${String(one.notSeenBy).padStart(10)}${String(one.records).padStart(9)}  ${day(one.firstSeen)}${day(one.lastSeen)}${safe(one.value, 80)}${tail}`
    }),
    ...(seen.length > shownMax ? [`… and ${seen.length - shownMax} more (--json lists all)`] : []),
    ...(quiet > 0 ? [`${quiet} further indicators were searched for and seen by nobody`] : []),
    "",
    ...(leads.length > 0 ? ["Leads that several report independently (similar behaviour, no attribution):"] : []),
    ...leads.slice(0, shownMax).map(({ value, reportedBy }) => `  ${safe(value, 60)}  ${reportedBy} organisations`),
    ...(leadsOfOne > 0 ? [`${leadsOfOne} leads of one organisation each are not shown`] : []),
    ...problems.slice(0, shownMax).map(({ where, message }) => `problem: ${safe(where, 100)}: ${safe(message, 200)}`),
  ]
  return `${lines.join("\n")}\n`
}

function tlpGiven(input: string): Tlp {
  const tlp = parseTlp(input)
  if (tlp === undefined) throw new Error(`${input} is no TLP marking`)
  return tlp
}
