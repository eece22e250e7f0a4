// `sillage report`: from the answer of a hunt to files that a CERT can use. Nothing is sent from here without a person's yes.
import { availableParallelism } from "node:os"
import { join } from "node:path"
import { buildCommand } from "@stricli/core"
import { buildReport, type ReportInput } from "../../export/reports/build-report.js"
import { reportForms } from "../../export/reports/index.js"
import type { Report } from "../../export/reports/report.js"
import { tlpLabel } from "../../export/reports/statements.js"
import { type Language, languages } from "../../export/reports/wording.js"
import type { Workspace } from "../../hits/store/workspace.js"
import { hunt } from "../../hunt/hunt.js"
import { decoyIndicators, triageAnswer } from "../../hunt/triage-answer.js"
import type { Bulletin } from "../../model/bulletin.js"
import { UsageError } from "../../model/problem.js"
import { parseInstant } from "../../model/time.js"
import { parseZone } from "../../sources/time/resolve.js"
import { type Answer, savedAnswer, storedAnswer } from "../report/answer.js"
import { instantOf, readCase, readProfile } from "../report/config-files.js"
import { fileName, formsOf } from "../report/files.js"
import type { ReportFlags } from "../report/flags.js"
import { openKeeper } from "../report/keeper.js"
import { leadsIn } from "../report/leads-file.js"
import { workspaceOf } from "../report/open-workspace.js"
import { type Written, writeFile } from "../report/written-file.js"
import { type CliContext, guarded, write } from "./context.js"
import { recordsPerGroup } from "./hunt.js"
import { sendAfterYes, writeNotification } from "./notify.js"
import { createProgress, size } from "./progress.js"
import { readIndicators } from "./read-indicators.js"
import { summarize } from "./summary.js"

const text = (input: string): string => input

export const reportCommand = buildCommand<ReportFlags, string[], CliContext>({
  docs: {
    brief: "Write the report of a hunt, for management, for the CERT and for machines",
    fullDescription: [
      "Writes what was searched, what was seen and what was not, in French or English, as HTML, PDF, Markdown, CSV, JSON, STIX 2.1, MISP,",
      "IODEF or a timeline. Account names become keyed pseudonyms; the key and the mapping stay in the workspace. Nothing is sent.",
      "",
      "Examples:",
      "  sillage report --profile profile.json --aware-at 2021-07-22T08:00:00Z --lang fr --out report",
      "  sillage report --input hunt.ndjson --bulletin CERTFR-2021-IOC-003-IOC.csv --format html,pdf,stix --lang fr,en --out report",
      "  sillage report --redact --format stix,misp --out for-sharing",
      "  sillage report --lang fr --to cert-fr --encrypt-to cert-fr.asc --fingerprint 3F09… --sign-with me.asc --out report",
      "  sillage report --bulletin CERTFR-2021-IOC-003-IOC.csv --since 2021-01-01 --format pdf --out report /archive/logs",
      "",
      `Forms: ${reportForms.map((form) => `${form.name} (${form.title})`).join(", ")}.`,
      "Exit codes: 0 written, 2 wrong invocation or fatal error.",
    ].join("\n"),
  },
  parameters: {
    flags: {
      input: { kind: "parsed", parse: text, optional: true, brief: "Output of sillage hunt --json", placeholder: "FILE" },
      hunt: { kind: "parsed", parse: text, optional: true, brief: "Hunt of the workspace (default: latest)", placeholder: "ID" },
      bulletin: {
        kind: "parsed",
        parse: text,
        variadic: true,
        optional: true,
        brief: "Bulletin that was hunted; with PATH: to hunt now (repeatable)",
        placeholder: "FILE",
      },
      since: { kind: "parsed", parse: text, optional: true, brief: "With PATH: only events from this instant on", placeholder: "INSTANT" },
      until: { kind: "parsed", parse: text, optional: true, brief: "With PATH: only events before this instant", placeholder: "INSTANT" },
      tz: { kind: "parsed", parse: text, optional: true, brief: "With PATH: zone of stamps that state none", placeholder: "ZONE" },
      own: {
        kind: "parsed",
        parse: text,
        variadic: true,
        optional: true,
        brief: "With PATH: own network (repeatable)",
        placeholder: "CIDR",
      },
      profile: { kind: "parsed", parse: text, optional: true, brief: "Profile of the organisation (JSON)", placeholder: "FILE" },
      case: { kind: "parsed", parse: text, optional: true, brief: "Facts of the case (JSON)", placeholder: "FILE" },
      awareAt: { kind: "parsed", parse: text, optional: true, brief: "When the organisation became aware", placeholder: "INSTANT" },
      detectedAt: { kind: "parsed", parse: text, optional: true, brief: "When it was first noticed", placeholder: "INSTANT" },
      leads: {
        kind: "parsed",
        parse: text,
        optional: true,
        brief: "Saved `sillage pivot --json`: its leads, apart from the facts",
        placeholder: "FILE",
      },
      measure: { kind: "parsed", parse: text, variadic: true, optional: true, brief: "A measure taken (repeatable)", placeholder: "TEXT" },
      format: { kind: "parsed", parse: text, optional: true, brief: "Forms, by comma (default: html,pdf)", placeholder: "NAMES" },
      lang: { kind: "parsed", parse: text, optional: true, brief: "fr, en, or both by comma (default: en)", placeholder: "LANG" },
      out: { kind: "parsed", parse: text, optional: true, brief: "Folder for the files (default: the current one)", placeholder: "DIR" },
      at: { kind: "parsed", parse: text, optional: true, brief: "Time of the report (default: now)", placeholder: "INSTANT" },
      redact: {
        kind: "boolean",
        optional: true,
        withNegated: false,
        brief: "No internal name, address, account, path or record in any part",
      },
      clearAccounts: { kind: "boolean", optional: true, withNegated: false, brief: "Account names in clear instead of pseudonyms" },
      incident: { kind: "boolean", optional: true, withNegated: false, brief: "STIX: add an incident with the draft core extension" },
      allowRed: { kind: "boolean", optional: true, withNegated: false, brief: "Write although the marking is TLP:RED" },
      to: {
        kind: "parsed",
        parse: text,
        optional: true,
        brief: "Write a mail (.eml) to cert-fr, cert-eu, cisa, bsi, one of the profile, bulletin, or an address",
        placeholder: "NAME",
      },
      attach: {
        kind: "parsed",
        parse: text,
        optional: true,
        brief: "Forms attached to the mail (default: pdf,stix,csv)",
        placeholder: "NAMES",
      },
      encryptTo: {
        kind: "parsed",
        parse: text,
        optional: true,
        brief: "OpenPGP key of the recipient: encrypts the mail",
        placeholder: "FILE",
      },
      fingerprint: {
        kind: "parsed",
        parse: text,
        optional: true,
        brief: "Its fingerprint, checked by you; needed once per recipient",
        placeholder: "HEX",
      },
      signWith: { kind: "parsed", parse: text, optional: true, brief: "Your OpenPGP secret key: signs the mail", placeholder: "FILE" },
      passwordFile: { kind: "parsed", parse: text, optional: true, brief: "File with that key's password", placeholder: "FILE" },
      send: { kind: "boolean", optional: true, withNegated: false, brief: "Show what leaves, ask, and send it by --smtp" },
      smtp: {
        kind: "parsed",
        parse: text,
        optional: true,
        brief: "Your mail server (JSON: host, port, security, user, passwordFile)",
        placeholder: "FILE",
      },
      workspace: { kind: "parsed", parse: text, optional: true, brief: "Folder of the workspace", placeholder: "DIR" },
      json: { kind: "boolean", optional: true, withNegated: false, brief: "One JSON object for each file written" },
      quiet: { kind: "boolean", optional: true, withNegated: false, brief: "No progress on stderr" },
    },
    positional: { kind: "array", parameter: { parse: text, brief: "Hunt these files and folders now", placeholder: "PATH" } },
  },
  func(this: CliContext, flags: ReportFlags, ...paths: string[]): Promise<void> {
    return guarded(this, () => runReport(flags, paths, this.version))
  },
})

async function runReport(flags: ReportFlags, paths: readonly string[], version: string): Promise<number> {
  const forms = formsOf(flags.format ?? (flags.to === undefined ? "html,pdf" : ""))
  refuseHalves(flags)
  const spoken = languagesOf(flags.lang)
  const workspace = workspaceOf(flags)
  try {
    const { input, keep } = await reportInput(flags, paths, version, workspace)
    const out = flags.out ?? "."
    const written: Written[] = []
    let report: Report | undefined
    for (const language of spoken) {
      report = buildReport({ ...input, language })
      if (report.tlp === "red" && !flags.allowRed)
        throw new UsageError(
          "the marking is TLP:RED, which nobody beyond the recipients may read: give --allow-red to write the files all the same",
        )
      for (const form of forms) {
        if (!form.spoken && language !== spoken[0]) continue
        const content = await form.render(report, { incident: flags.incident ?? false })
        written.push(writeFile(out, fileName(report, form), content))
      }
    }
    const kept = keep()
    if (flags.to !== undefined) {
      const mail = await writeNotification({
        flags,
        report: report as Report,
        bulletins: input.bulletins,
        profile: input.profile,
        workspace,
        out,
      })
      written.push(...mail.written)
      if (flags.send) return await sendAfterYes(mail, flags.smtp as string)
    }
    await write(
      flags.json
        ? written.map((one) => `${JSON.stringify({ type: "file", ...one })}\n`).join("")
        : shown(report as Report, written, out, kept),
    )
    return 0
  } finally {
    workspace?.close()
  }
}

/** Everything that a report is made of, but the language. */
export async function reportInput(
  flags: ReportFlags,
  paths: readonly string[],
  version: string,
  workspace: Workspace | undefined,
): Promise<{ readonly input: Omit<ReportInput, "language">; readonly answer: Answer; readonly keep: () => string }> {
  const answer = await answerOf(flags, paths, version, workspace)
  const keeper = openKeeper(workspace, process.env)
  return {
    answer,
    keep: keeper.keep,
    input: {
      at: instantOf("--at", flags.at) ?? new Date().toISOString().replace(/\.\d+Z$/, "Z"),
      hits: answer.hits,
      ...(answer.decoys === undefined ? {} : { decoys: answer.decoys }),
      ...(answer.sightings === undefined ? {} : { sightings: answer.sightings }),
      coverage: answer.coverage,
      problems: answer.problems,
      hunt: answer.hunt,
      bulletins: answer.bulletins,
      profile: readProfile(flags.profile),
      facts: readCase(flags),
      pseudonyms: keeper.pseudonyms,
      clearAccounts: flags.clearAccounts ?? false,
      redacted: flags.redact ?? false,
      verdicts: workspace?.verdicts.list() ?? [],
      ...(flags.leads === undefined ? {} : { pivot: leadsIn(flags.leads) }),
    },
  }
}

async function answerOf(flags: ReportFlags, paths: readonly string[], version: string, workspace: Workspace | undefined): Promise<Answer> {
  const ways = [flags.input !== undefined, flags.hunt !== undefined, paths.length > 0].filter(Boolean).length
  if (ways > 1) throw new UsageError("give one of --input FILE, --hunt ID and PATH")
  if (paths.length > 0) return huntNow(flags, paths, version)
  const given = await bulletinsOf(flags)
  if (flags.input !== undefined) return { ...(await savedAnswer(flags.input)), bulletins: given }
  if (!workspace)
    throw new UsageError("nothing to report: give --input FILE, or PATH with --bulletin, or make a workspace with sillage init and hunt")
  const stored = storedAnswer(workspace, flags.hunt ?? "latest")
  return given.length > 0 ? { ...stored, bulletins: given } : stored
}

async function bulletinsOf(flags: ReportFlags): Promise<readonly Bulletin[]> {
  return flags.bulletin?.length ? (await readIndicators({ bulletin: flags.bulletin })).bulletins : []
}

async function huntNow(flags: ReportFlags, paths: readonly string[], version: string): Promise<Answer> {
  const intake = await readIndicators(flags.bulletin ? { bulletin: flags.bulletin } : {})
  const tz = flags.tz === undefined ? undefined : parseZone(flags.tz)
  if (flags.tz !== undefined && tz === undefined) throw new UsageError(`--tz ${flags.tz} is no time zone such as Europe/Paris or +02:00`)
  const range = { since: bound("--since", flags.since), until: bound("--until", flags.until), ...(tz === undefined ? {} : { tz }) }
  const own = flags.own ?? []
  const progress = createProgress(process.stderr, flags.quiet ?? false)
  const request = {
    ...range,
    paths,
    indicators: intake.indicators,
    decoys: decoyIndicators(intake.indicators, own),
    own,
    trustedProxies: [],
    workers: availableParallelism(),
    recordsPerGroup,
    progress: progress.show,
  }
  try {
    const answer = await hunt(request)
    const triaged = await triageAnswer(answer, request, intake.bulletins)
    const problems = [...intake.problems, ...answer.problems, ...triaged.problems]
    return {
      hits: answer.hits.map((hit, at) => ({ ...hit, ...(triaged.triage[at] ? { triage: triaged.triage[at] } : {}) })),
      sightings: answer.sightings,
      ...(triaged.decoys === null ? {} : { decoys: triaged.decoys }),
      coverage: answer.coverage,
      problems,
      hunt: summarize({ version, range, answer, problems, indicators: intake.indicators }),
      bulletins: intake.bulletins,
      asked: { paths, since: flags.since ?? null, until: flags.until ?? null, tz: flags.tz ?? null, own, trustedProxies: [] },
    }
  } finally {
    progress.end()
  }
}

function bound(name: string, given: string | undefined): bigint | null {
  const instant = instantOf(name, given)
  return instant === null ? null : (parseInstant(instant) ?? null)
}

function refuseHalves(flags: ReportFlags): void {
  const needsTo = (["attach", "encryptTo", "fingerprint", "signWith", "send"] as const).find((name) => flags[name] !== undefined)
  if (flags.to === undefined && needsTo !== undefined) throw new UsageError("say to whom: give --to with a name or an address")
  if (flags.send && flags.smtp === undefined) throw new UsageError("--send needs your mail server: give --smtp FILE")
  if (flags.fingerprint !== undefined && flags.encryptTo === undefined) throw new UsageError("--fingerprint belongs to --encrypt-to FILE")
}

export function languagesOf(given: string | undefined): readonly Language[] {
  return [...new Set((given ?? "en").split(","))].map((name) => {
    const language = languages.find((one) => one === name.trim())
    if (!language) throw new UsageError(`--lang ${name.trim()} is none of ${languages.join(", ")}`)
    return language
  })
}

function shown(report: Report, written: readonly Written[], out: string, kept: string): string {
  return [
    `${tlpLabel(report.tlp)}  ${report.id}${report.redacted ? "  redacted" : ""}`,
    ...written.map((one) => `  ${join(out, one.name)}  ${size(one.bytes)}  sha256 ${one.sha256}`),
    ...(report.accounts === "pseudonyms"
      ? [`Pseudonyms can be undone only with ${kept}, which stays here.`]
      : ["Account names stand in clear."]),
    ...(report.times.awareAt === null
      ? ["No time of awareness was given (--aware-at): the clocks for notifications have not started."]
      : []),
    "Nothing was sent.",
    "",
  ].join("\n")
}
