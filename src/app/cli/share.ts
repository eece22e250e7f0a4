// `sillage share`: sends what a report says was seen, and what was searched and not seen, to a TAXII collection or a MISP instance. Asks first.
import { readFile } from "node:fs/promises"
import { createInterface } from "node:readline/promises"
import { buildCommand } from "@stricli/core"
import { type ReadContribution, readContribution } from "../../intake/contribution.js"
import { UsageError } from "../../model/problem.js"
import { secretIn } from "../deliver/http-send.js"
import { type MispSightingToSend, pushToMisp } from "../deliver/misp-push.js"
import { type PushedObject, pushToTaxii } from "../deliver/taxii-push.js"
import { type CliContext, guarded, write } from "./context.js"
import { inWorkspace, type WorkspaceFlags, workspaceFlag } from "./in-workspace.js"
import { safe } from "./safe-text.js"

interface ShareFlags extends WorkspaceFlags {
  readonly taxii?: string
  readonly misp?: string
  readonly tokenFile: string
  readonly source?: string
  readonly yes?: boolean
  readonly json?: boolean
}

const text = (input: string): string => input

export const shareCommand = buildCommand<ShareFlags, [string], CliContext>({
  docs: {
    brief: "Send the sightings of a report to a TAXII collection or a MISP instance",
    fullDescription: [
      "Sends the sightings of a report (sillage report --format stix) to a TAXII 2.1 collection, or to a MISP instance that has the indicators.",
      "What was searched and not seen goes along to TAXII, as sightings of count 0; MISP has no form for it. It shows what would leave and asks;",
      "--yes answers for scripts. A report marked TLP:RED is refused. Sent again, nothing is doubled.",
      "",
      "Examples:",
      "  sillage share report.stix.json --taxii https://cert.example/sillage/collections/ID/ --token-file token",
      "  sillage share report.stix.json --misp https://misp.example/ --token-file key --source 'Example Ltd'",
    ].join("\n"),
  },
  parameters: {
    flags: {
      taxii: { kind: "parsed", parse: text, optional: true, brief: "Address of a TAXII 2.1 collection", placeholder: "URL" },
      misp: { kind: "parsed", parse: text, optional: true, brief: "Address of a MISP instance", placeholder: "URL" },
      tokenFile: { kind: "parsed", parse: text, brief: "File whose first line is the token or key", placeholder: "FILE" },
      source: { kind: "parsed", parse: text, optional: true, brief: "Name that MISP shows as the sightings' source", placeholder: "TEXT" },
      yes: { kind: "boolean", optional: true, withNegated: false, brief: "Send without asking" },
      json: { kind: "boolean", optional: true, withNegated: false, brief: "One JSON object on stdout" },
      workspace: workspaceFlag,
    },
    positional: { kind: "tuple", parameters: [{ parse: String, brief: "Report as a STIX 2.1 bundle", placeholder: "FILE" }] },
  },
  func(this: CliContext, flags: ShareFlags, file: string): Promise<void> {
    return guarded(this, () => runShare(flags, file))
  },
})

async function runShare(flags: ShareFlags, file: string): Promise<number> {
  if ((flags.taxii === undefined) === (flags.misp === undefined)) throw new UsageError("give one of --taxii URL and --misp URL")
  const target = addressOf(flags.taxii ?? (flags.misp as string))
  const bytes = await readFile(file).catch((error: Error) => {
    throw new UsageError(`cannot read ${file}: ${error.message}`)
  })
  const { contribution, problems } = readContribution(file, bytes)
  if (!contribution) throw new UsageError(`${file} is no report: ${problems[0]?.message}`)
  if (contribution.tlp === "red") throw new UsageError(`${file} is marked TLP:RED, which never leaves`)
  const secret = known(() => secretIn(flags.tokenFile))
  process.stderr.write(preview(target, contribution))
  if (!(flags.yes ?? (await confirmed()))) throw new UsageError("nothing was sent")
  const result = await (flags.taxii === undefined
    ? inWorkspace(flags, ({ state }) => {
        const kind = "misp-sent"
        const remember = { has: (key: string) => state.get(kind, key) !== undefined, add: (key: string) => state.set(kind, key, true) }
        return pushToMisp(target, secret, flags.source ?? "Sillage", mispSightings(contribution), remember)
      })
    : pushToTaxii(target, `Bearer ${secret}`, objectsOf(bytes))
  ).catch((error: Error) => {
    throw error instanceof UsageError ? error : new UsageError(`not everything was sent: ${error.message}; run it again`)
  })
  await write(flags.json ? `${JSON.stringify({ to: target, ...result })}\n` : summaryOf(target, result))
  return result.failures.length > 0 ? 2 : 0
}

/** Secrets travel only under TLS, or on this machine. */
function addressOf(given: string): string {
  if (!URL.canParse(given)) throw new UsageError(`${given} is no address`)
  const url = new URL(given)
  if (url.username !== "" || url.password !== "") throw new UsageError("the address holds a user or password: give --token-file")
  const local = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname)
  if (url.protocol !== "https:" && !(url.protocol === "http:" && local)) throw new UsageError(`${given} is not https`)
  return url.href
}

function known<T>(body: () => T): T {
  try {
    return body()
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function preview(target: string, { sightings, tlp }: ReadContribution): string {
  const seen = sightings.filter(({ count }) => count > 0)
  const marking = tlp === undefined ? "unmarked" : `TLP:${tlp.toUpperCase()}`
  const lines = [
    `To ${target} would go: ${seen.length} indicators seen, ${sightings.length - seen.length} searched and not seen; ${marking}`,
    ...seen.slice(0, 10).map((one) => `  ${safe(one.value, 80)}  ${one.count}  ${one.firstSeen ?? "?"} to ${one.lastSeen ?? "?"}`),
    ...(seen.length > 10 ? [`  … and ${seen.length - 10} more`] : []),
  ]
  return `${lines.join("\n")}\n`
}

async function confirmed(): Promise<boolean> {
  if (!process.stdin.isTTY) throw new UsageError("nobody can be asked here: look at what would leave, then give --yes")
  const ask = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^(?:y|yes|o|oui)$/i.test((await ask.question("Send this? [y/N] ")).trim())
  } finally {
    ask.close()
  }
}

function objectsOf(bytes: Buffer): readonly PushedObject[] {
  const { objects } = JSON.parse(bytes.toString("utf8")) as { readonly objects?: readonly PushedObject[] }
  if (!objects) throw new UsageError("only a STIX bundle can go to a TAXII collection: sillage report --format stix")
  return objects
}

function mispSightings({ sightings }: ReadContribution): readonly MispSightingToSend[] {
  return sightings.flatMap(({ value, count, lastSeen }) =>
    count > 0 && lastSeen !== null ? [{ value, at: lastSeen, type: "0" as const }] : [],
  )
}

function summaryOf(target: string, result: Awaited<ReturnType<typeof pushToMisp>> | Awaited<ReturnType<typeof pushToTaxii>>): string {
  const failures = result.failures.map((one) => `  ${safe("id" in one ? one.id : one.value, 100)}: ${safe(one.message, 200)}`)
  return `${[`Sent ${result.sent} to ${target}; ${result.already} were there already; ${result.failures.length} refused`, ...failures].join("\n")}\n`
}
