// `sillage export`: indicators as rules of a detection service, proven and tried on the organisation's own past.
import { createHash } from "node:crypto"
import { closeSync, createReadStream, mkdirSync, openSync, renameSync, writeSync } from "node:fs"
import { join, resolve } from "node:path"
import { createInterface } from "node:readline"
import { buildCommand } from "@stricli/core"
import { type BackTest, backTest, noisyPerDay } from "../../export/rules/back-test.js"
import { type Composed, composeRules } from "../../export/rules/compose.js"
import type { RuleAction, RuleExporter, RuleFile } from "../../export/rules/exporter.js"
import { findRuleExporter, ruleExporters } from "../../export/rules/index.js"
import { sightingsOf } from "../../hits/sightings.js"
import { findWorkspace, openWorkspace, type Workspace } from "../../hits/store/workspace.js"
import type { Bulletin } from "../../model/bulletin.js"
import type { Coverage } from "../../model/coverage.js"
import type { Hit } from "../../model/hit.js"
import type { Indicator } from "../../model/indicator.js"
import { type Problem, UsageError } from "../../model/problem.js"
import { type CliContext, guarded, write } from "./context.js"
import { readIndicators } from "./read-indicators.js"
import { type CheckResult, checkRules } from "./rule-check.js"
import { safe } from "./safe-text.js"

interface ExportFlags {
  readonly to?: string
  readonly bulletin?: readonly string[]
  readonly indicator?: readonly string[]
  readonly workspace?: string
  readonly out?: string
  readonly action?: RuleAction
  readonly allowActive?: boolean
  readonly check?: boolean
  readonly backTest?: boolean
  readonly hunt?: string
  readonly input?: string
  readonly targets?: boolean
  readonly json?: boolean
}

const text = (input: string): string => input

export const exportCommand = buildCommand<ExportFlags, [], CliContext>({
  docs: {
    brief: "Write the indicators as rules of a detection service",
    fullDescription: [
      "Writes the indicators of bulletins as rules, lists or queries of a detection service into a folder. What the service cannot express is",
      "named for each indicator, never dropped silently and never widened. Nothing is sent or loaded anywhere.",
      "",
      "Targets:",
      ...ruleExporters.map(({ name, title }) => `  ${name.padEnd(16)}${title}`),
      "",
      "Examples:",
      "  sillage export --to suricata --bulletin CERTFR-2021-IOC-003-IOC.csv --out rules/",
      "  sillage export --to rpz --action block --allow-active --bulletin list.txt --check",
      "  sillage export --to sigma --back-test                  # bulletins and past of the workspace",
      "  sillage export --targets                               # what each target can express",
      "",
      "Exit codes: 0 written, 2 refused, wrong invocation or a check that failed, 3 no indicator could be expressed.",
    ].join("\n"),
  },
  parameters: {
    flags: {
      to: { kind: "parsed", parse: text, optional: true, brief: "Target, see above", placeholder: "TARGET" },
      bulletin: {
        kind: "parsed",
        parse: text,
        variadic: true,
        optional: true,
        brief: "Bulletin file (repeatable); default: all bulletins of the workspace",
        placeholder: "FILE",
      },
      indicator: {
        kind: "parsed",
        parse: text,
        variadic: true,
        optional: true,
        brief: "A value, or TYPE=VALUE (repeatable)",
        placeholder: "VALUE",
      },
      workspace: { kind: "parsed", parse: text, optional: true, brief: "Workspace folder", placeholder: "DIR" },
      out: { kind: "parsed", parse: text, optional: true, brief: "Folder to write to (default: sillage-TARGET)", placeholder: "DIR" },
      action: {
        kind: "enum",
        values: ["alert", "block"],
        optional: true,
        brief: "Only tell, or act on traffic (default: what the target does)",
      },
      allowActive: {
        kind: "boolean",
        optional: true,
        withNegated: false,
        brief: "Act on traffic although the marking (PAP) does not say so",
      },
      check: {
        kind: "boolean",
        optional: true,
        withNegated: false,
        brief: "Let the target's own checker read the files, where it is installed",
      },
      backTest: { kind: "boolean", optional: true, withNegated: false, brief: "Say how many events a day the rules would have raised" },
      hunt: {
        kind: "parsed",
        parse: text,
        optional: true,
        brief: "Hunt of the workspace to test on (default: the latest)",
        placeholder: "ID",
      },
      input: { kind: "parsed", parse: text, optional: true, brief: "Saved `sillage hunt --json` to test on", placeholder: "FILE" },
      targets: { kind: "boolean", optional: true, withNegated: false, brief: "List the targets and what each can express" },
      json: { kind: "boolean", optional: true, withNegated: false, brief: "One JSON object on stdout" },
    },
  },
  func(this: CliContext, flags: ExportFlags): Promise<void> {
    return guarded(this, () => (flags.targets ? showTargets(flags.json ?? false) : runExport(flags)))
  },
})

async function runExport(flags: ExportFlags): Promise<number> {
  const exporter = exporterOf(flags.to)
  const action = actionOf(exporter, flags.action)
  const workspace = openFound(flags)
  try {
    const given = await givenOf(flags, workspace)
    const composed = composeRules({ exporter, action, allowActive: flags.allowActive ?? false, ...given })
    if ("refused" in composed) throw new UsageError(composed.refused)
    const problems = [...given.problems, ...composed.problems]
    const tested = flags.backTest ? await testOf(flags, exporter, workspace) : null
    if (composed.header.indicators === 0) {
      await answer(flags, { exporter, action, dir: null, written: [], composed, problems, check: null, tested })
      return 3
    }
    const dir = flags.out ?? `sillage-${exporter.name}`
    const written = writeFiles(dir, composed.files)
    const names = written.map(({ name }) => name)
    const check = flags.check ? await checkRules(exporter, resolve(dir), names) : null
    await answer(flags, { exporter, action, dir, written, composed, problems, check, tested })
    return check?.passed === false ? 2 : 0
  } finally {
    workspace?.close()
  }
}

function exporterOf(name: string | undefined): RuleExporter {
  const known = ruleExporters.map((one) => one.name).join(", ")
  if (name === undefined) throw new UsageError(`no target: give --to with one of ${known}`)
  const found = findRuleExporter(name)
  if (!found) throw new UsageError(`--to ${name} is no target: give one of ${known}`)
  return found
}

function actionOf(exporter: RuleExporter, asked: RuleAction | undefined): RuleAction {
  const action = asked ?? (exporter.actions[0] as RuleAction)
  if (exporter.actions.includes(action)) return action
  throw new UsageError(`${exporter.name} cannot ${action}: it can only ${exporter.actions.join(" or ")}`)
}

function openFound(flags: ExportFlags): Workspace | undefined {
  const folder = findWorkspace({ given: flags.workspace, cwd: process.cwd(), env: process.env })
  return folder === undefined ? undefined : openWorkspace(folder)
}

interface Given {
  readonly bulletins: readonly Bulletin[]
  readonly others: readonly Indicator[]
  readonly problems: readonly Problem[]
}

/** Files and values where any are given, else everything in the workspace. */
async function givenOf(flags: ExportFlags, workspace: Workspace | undefined): Promise<Given> {
  if (flags.bulletin?.length || flags.indicator?.length) {
    const { indicators, bulletins, problems } = await readIndicators(flags)
    const others = indicators.filter(({ bulletin }) => bulletin === "command line")
    return { bulletins, others, problems }
  }
  const stored = workspace?.bulletins.list().map(({ id }) => workspace.bulletins.get(id)) ?? []
  const bulletins = stored.filter((one) => one !== undefined)
  if (bulletins.length === 0)
    throw new UsageError("nothing to export: give --bulletin FILE or --indicator VALUE, or add a bulletin to the workspace")
  return { bulletins, others: [], problems: [] }
}

interface Written {
  readonly name: string
  readonly bytes: number
  readonly sha256: string
}

/** Each file appears whole or not at all. Nothing else is to be done meanwhile: thousands of files wait for the disk alone. */
function writeFiles(dir: string, files: readonly RuleFile[]): readonly Written[] {
  try {
    mkdirSync(dir, { recursive: true })
    return files.map((file) => writeFile(dir, file))
  } catch (error) {
    throw new UsageError(`cannot write to ${dir}: ${(error as Error).message}`)
  }
}

function writeFile(dir: string, { name, content }: RuleFile): Written {
  const hash = createHash("sha256")
  const part = join(dir, `.${name}.part`)
  const fd = openSync(part, "w")
  let bytes = 0
  try {
    for (const piece of inBytes(content)) {
      hash.update(piece)
      bytes += piece.length
      for (let at = 0; at < piece.length; ) at += writeSync(fd, piece, at)
    }
  } finally {
    closeSync(fd)
  }
  renameSync(part, join(dir, name))
  return { name, bytes, sha256: hash.digest("hex") }
}

/** As much text as the processor keeps at hand while it is put together and encoded. */
const batchLength = 1 << 15
const room = Buffer.allocUnsafe(1 << 20)

/** Many short lines as few large pieces, each valid until the next is asked for. */
function* inBytes(content: Iterable<string>): Iterable<Uint8Array> {
  let batch = ""
  let used = 0
  for (const piece of content) {
    batch += piece
    if (batch.length < batchLength) continue
    // A character of UTF-16 takes three bytes of UTF-8 at most.
    if (used + 3 * batch.length > room.length) {
      yield room.subarray(0, used)
      used = 0
    }
    if (3 * batch.length > room.length) yield Buffer.from(batch)
    else used += room.write(batch, used, "utf8")
    batch = ""
  }
  if (used > 0) yield room.subarray(0, used)
  if (batch.length > 0) yield Buffer.from(batch)
}

async function testOf(flags: ExportFlags, exporter: RuleExporter, workspace: Workspace | undefined): Promise<BackTest> {
  if (flags.input !== undefined) return testSaved(flags.input, exporter)
  const id = flags.hunt ?? "latest"
  const hunt = workspace?.hunts.get(id)
  if (!workspace || !hunt) {
    throw new UsageError(
      `no past to test on: hunt with a workspace first (sillage init, sillage hunt), or give --input with a saved hunt --json`,
    )
  }
  return backTest(exporter, workspace.hunts.sightings(hunt.id), workspace.hunts.coverage(hunt.id))
}

const notAllListed = "it does not list all of its hits: hunt again with --all-records"

async function testSaved(path: string, exporter: RuleExporter): Promise<BackTest> {
  const hits: Hit[] = []
  const coverage: Coverage[] = []
  let line = 0
  try {
    for await (const row of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
      line++
      if (row.trim() === "") continue
      const value = JSON.parse(row) as { readonly type?: string; readonly hits?: { readonly total: number; readonly listed?: number } }
      if (value.type === "hit") hits.push(value as unknown as Hit)
      if (value.type === "coverage") coverage.push(value as unknown as Coverage)
      if (value.type === "summary" && (value.hits?.listed ?? value.hits?.total) !== value.hits?.total) throw new Error(notAllListed)
    }
  } catch (error) {
    throw new UsageError(`cannot read ${path} as the output of hunt --json (line ${line}): ${(error as Error).message}`)
  }
  return backTest(exporter, sightingsOf(hits), coverage)
}

interface Answer {
  readonly exporter: RuleExporter
  readonly action: RuleAction
  readonly dir: string | null
  readonly written: readonly Written[]
  readonly composed: Composed
  readonly problems: readonly Problem[]
  readonly check: CheckResult | null
  readonly tested: BackTest | null
}

async function answer(flags: ExportFlags, given: Answer): Promise<void> {
  await write(flags.json ? `${JSON.stringify(asJson(given))}\n` : asText(given))
}

function asJson({ exporter, action, dir, written, composed, problems, check, tested }: Answer): Record<string, unknown> {
  const { header } = composed
  return {
    to: exporter.name,
    action,
    dir,
    files: written,
    indicators: { exported: header.indicators, leftOut: header.leftOut },
    tlp: header.tlp ?? null,
    pap: header.pap ?? null,
    expires: header.expires ?? null,
    check,
    backTest: tested,
    problems,
  }
}

const shownMax = 20

function asText(given: Answer): string {
  const { exporter, action, dir, written, composed, problems, check, tested } = given
  const { header } = composed
  const marking = header.tlp === undefined ? "unmarked" : `TLP:${header.tlp.toUpperCase()}`
  const lines = [
    `${exporter.title} (${action}): ${header.indicators} indicators written, ${header.leftOut} left out, ${marking}`,
    ...written.map(({ name, bytes }) => `  ${join(dir ?? "", name)}  ${bytes} bytes`),
    ...(problems.length > 0 ? ["", "Not exported (--json lists each):", ...byReason(problems)] : []),
    ...(check ? ["", ...checkLines(check)] : []),
    ...(tested ? ["", ...testLines(tested)] : []),
  ]
  return `${lines.join("\n")}\n`
}

/** One line for each reason, with the first values it holds for. */
function byReason(problems: readonly Problem[]): readonly string[] {
  const groups = new Map<string, { count: number; readonly first: string[] }>()
  for (const { value, where, message } of problems) {
    const group = groups.get(message) ?? { count: 0, first: [] }
    groups.set(message, group)
    group.count++
    if (group.first.length < 3) group.first.push(value ?? where)
  }
  return [...groups].slice(0, shownMax).map(([message, { count, first }]) => {
    const values = first.map((value) => safe(value, 60)).join(", ")
    return `  ${count} × ${safe(message, 200)}: ${values}${count > first.length ? " …" : ""}`
  })
}

function checkLines({ program, passed, output, looked }: CheckResult): readonly string[] {
  if (looked.length === 0) return ["Check: this target has no program that reads its files"]
  if (program === null) return [`Check: not made, none of ${looked.join(", ")} is installed`]
  const said = output.split("\n").filter((line) => line.trim() !== "")
  return [
    `Check: ${program} ${passed ? "accepts" : "REFUSES"} the files`,
    ...(passed ? [] : said.slice(0, shownMax).map((line) => `  ${safe(line, 200)}`)),
  ]
}

function testLines({ days, events, perDay, rows, outOfReach }: BackTest): readonly string[] {
  if (days === null) return ["Back-test: none of the logs searched has a time, so no rate can be given"]
  return [
    `Back-test over ${days} days of logs: ${events} events, ${perDay} a day; ${outOfReach} events out of these rules' reach`,
    ...rows
      .slice(0, shownMax)
      .map((row) => `  ${row.noisy ? "NOISY " : "      "}${safe(row.value, 60)}  ${row.events} events, ${row.perDay} a day`),
    ...(rows.length > shownMax ? [`  … and ${rows.length - shownMax} more (--json lists all)`] : []),
    ...(rows.some(({ noisy }) => noisy) ? [`  NOISY: more than ${noisyPerDay} a day; look at these before you load the rules`] : []),
  ]
}

async function showTargets(json: boolean): Promise<number> {
  if (json) {
    for (const { name, title, actions, capabilities } of ruleExporters)
      await write(`${JSON.stringify({ name, title, actions, capabilities })}\n`)
    return 0
  }
  for (const { name, title, actions, capabilities } of ruleExporters) {
    const rows = Object.entries(capabilities).map(
      ([type, { strengths, directions, sees }]) => `  ${type.padEnd(20)}${strengths.join(", ").padEnd(18)}${directions.padEnd(10)}${sees}`,
    )
    await write(`${name}: ${title} (${actions.join(", ")})\n${rows.join("\n")}\n\n`)
  }
  return 0
}
