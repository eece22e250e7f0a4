// The notification of `sillage report --to`: one `.eml`, and after a person's yes, sent by the user's own server.
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { createInterface } from "node:readline/promises"
import { type Addressee, addresseeOf, isMailAddress } from "../../export/reports/addressee.js"
import { type MailFile, mailBody } from "../../export/reports/mail-body.js"
import type { Profile } from "../../export/reports/profile.js"
import type { Report } from "../../export/reports/report.js"
import { tlpLabel } from "../../export/reports/statements.js"
import { speaker } from "../../export/reports/texts.js"
import { uuidOf } from "../../export/rules/stable-id.js"
import type { Workspace } from "../../hits/store/workspace.js"
import type { Bulletin } from "../../model/bulletin.js"
import { UsageError } from "../../model/problem.js"
import { type Attachment, composeMail, type MailKeys } from "../deliver/notification.js"
import { fingerprintOf } from "../deliver/openpgp.js"
import { parseSmtpServer, sendMessage } from "../deliver/smtp.js"
import { readJson } from "../report/config-files.js"
import { fileName, formsOf } from "../report/files.js"
import type { ReportFlags } from "../report/flags.js"
import { knownKeys } from "../report/known-keys.js"
import { type Written, writeFile } from "../report/written-file.js"
import { write } from "./context.js"
import { size } from "./progress.js"
import { safe } from "./safe-text.js"

export interface NotifyInput {
  readonly flags: ReportFlags
  readonly report: Report
  readonly bulletins: readonly Bulletin[]
  readonly profile: Profile
  readonly workspace: Workspace | undefined
  readonly out: string
}

export interface PreparedMail {
  readonly written: readonly Written[]
  readonly file: string
  readonly message: Uint8Array
  readonly to: Addressee
  readonly from: string | undefined
  readonly subject: string
  readonly text: string
  readonly attached: readonly MailFile[]
  readonly protection: string
  readonly tlp: string
}

/** Larger files are written beside the mail and named in it with their digest. */
const attachmentBytesMax = 7 * 1024 * 1024
const messageBytesMax = 10 * 1024 * 1024

export async function writeNotification(input: NotifyInput): Promise<PreparedMail> {
  const { flags, report, profile, out } = input
  const to = addressee(input)
  const files: { attachment: Attachment; file: MailFile }[] = []
  for (const form of formsOf(flags.attach ?? "pdf,stix,csv")) {
    const rendered = await form.render(report, { incident: flags.incident ?? false })
    const content = typeof rendered === "string" ? Buffer.from(rendered, "utf8") : rendered
    const name = fileName(report, form)
    files.push({
      attachment: { name, mediaType: form.mediaType, content },
      file: { name, bytes: content.length, sha256: createHash("sha256").update(content).digest("hex") },
    })
  }
  const [attached, kept] = shared(files)
  const body = mailBody(
    report,
    to,
    attached.map(({ file }) => file),
    kept.map(({ file }) => file),
  )
  const keys = await keysOf(input, to)
  const from = report.redacted ? undefined : sender(profile)
  const { say } = speaker(report.language)
  const message = await composeMail(
    {
      to,
      ...(from ? { from } : {}),
      body,
      attachments: attached.map(({ attachment }) => attachment),
      at: report.generatedAt,
      id: uuidOf("notification", report.id, report.generatedAt, to.email, report.language, String(report.redacted)),
      language: report.language,
      coverSubject: `${tlpLabel(report.tlp)} ${say("mail-encrypted")} ${report.id}`,
    },
    keys,
  )
  const name = `${fileName(report, { suffix: "", spoken: true })}.eml`
  return {
    written: [writeFile(out, name, message), ...kept.map(({ attachment }) => writeFile(out, attachment.name, attachment.content))],
    file: join(out, name),
    message,
    to,
    from: from?.email,
    subject: keys.encryptTo === undefined ? body.subject : `${tlpLabel(report.tlp)} ${say("mail-encrypted")} ${report.id}`,
    text: body.text,
    attached: attached.map(({ file }) => file),
    protection: `${keys.encryptTo === undefined ? "NOT encrypted" : "encrypted"}, ${keys.sign === undefined ? "not signed" : "signed"}`,
    tlp: tlpLabel(report.tlp),
  }
}

/** Shows exactly what leaves and to whom; only the recipient's address, typed by a person, sends it. Exit code. */
export async function sendAfterYes(mail: PreparedMail, smtpFile: string): Promise<number> {
  const server = serverOf(smtpFile)
  if (mail.from === undefined || !isMailAddress(mail.from))
    throw new UsageError("who sends is not known: give contact.email in the profile; a redacted notification is sent by hand")
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw new UsageError(`sending asks a person, and there is no terminal: ${mail.file} is ready to be sent by hand`)
  await write(`${shown(mail, server.host, server.port, server.security)}\n`)
  const asked = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await asked.question(`Type ${mail.to.email} to send it, anything else to leave it: `)
  asked.close()
  if (answer.trim().toLowerCase() !== mail.to.email.toLowerCase()) {
    await write(`Nothing was sent; ${mail.file} is there.\n`)
    return 0
  }
  const response = await sendMessage(server, mail.message, { from: mail.from, to: mail.to.email })
  await write(`Sent to ${mail.to.email}: ${safe(response, 200)}\n`)
  return 0
}

function shown(mail: PreparedMail, host: string, port: number, security: string): string {
  return [
    `This leaves, ${mail.protection}, marked ${mail.tlp}, by ${safe(host, 100)}:${port} (${security}):`,
    `  To       ${safe(mail.to.name, 100)} <${mail.to.email}>, ${safe(mail.to.from, 200)}`,
    `  From     ${mail.from}`,
    `  Subject  ${safe(mail.subject, 300)}`,
    `  Size     ${size(mail.message.length)}, ${mail.file}`,
    ...mail.attached.map((one) => `  Attached ${safe(one.name, 120)}  ${size(one.bytes)}  sha256 ${one.sha256}`),
    "",
    ...mail.text.split("\n").map((line) => `  | ${safe(line, 400)}`),
    "",
  ].join("\n")
}

function serverOf(file: string) {
  const json = readJson(file)
  try {
    const { passwordFile, ...server } = parseSmtpServer(json)
    return { ...server, ...(passwordFile === undefined ? {} : { password: content(passwordFile).replace(/\r?\n$/, "") }) }
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`${file}: ${(error as Error).message}`)
  }
}

function addressee({ flags, profile, bulletins }: NotifyInput): Addressee {
  try {
    return addresseeOf(flags.to as string, profile, bulletins)
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

async function keysOf({ flags, workspace }: NotifyInput, to: Addressee): Promise<MailKeys> {
  const password = flags.passwordFile === undefined ? undefined : content(flags.passwordFile).replace(/\r?\n$/, "")
  const sign = flags.signWith === undefined ? undefined : { privateKey: content(flags.signWith), password }
  if (flags.encryptTo === undefined) return sign ? { sign } : {}
  const encryptTo = content(flags.encryptTo)
  await confirmKey(await fingerprintOf(encryptTo), to.email, flags, workspace)
  return { encryptTo, ...(sign ? { sign } : {}) }
}

/** A key is taken for a recipient once a person has stated its fingerprint; another key for the same recipient is refused. */
async function confirmKey(fingerprint: string, email: string, flags: ReportFlags, workspace: Workspace | undefined): Promise<void> {
  const known = knownKeys(workspace, process.env)
  const before = known.get(email)
  const stated = flags.fingerprint?.replace(/[\s:]/g, "").replace(/^0x/i, "").toUpperCase()
  if (stated !== undefined && stated !== fingerprint)
    throw new UsageError(`${basename(flags.encryptTo as string)} has the fingerprint ${fingerprint}, not ${stated}: nothing was written`)
  if (before === fingerprint) return
  if (stated === undefined) {
    throw new UsageError(
      before === undefined
        ? `${basename(flags.encryptTo as string)} has the fingerprint ${fingerprint}: compare it with the one that ${email} publishes, and give it once with --fingerprint`
        : `the key confirmed for ${email} is ${before}, this one is ${fingerprint}: compare, and give the new one with --fingerprint`,
    )
  }
  known.set(email, fingerprint)
}

function shared<T extends { readonly file: MailFile }>(files: readonly T[]): readonly [readonly T[], readonly T[]] {
  const attached: T[] = []
  const kept: T[] = []
  let total = 0
  for (const one of files) {
    const fits = one.file.bytes <= attachmentBytesMax && total + one.file.bytes <= messageBytesMax
    if (fits) total += one.file.bytes
    ;(fits ? attached : kept).push(one)
  }
  return [attached, kept]
}

function sender(profile: Profile): { readonly name: string; readonly email: string } | undefined {
  const { email, name } = profile.contact
  if (email === undefined) return undefined
  if (!isMailAddress(email)) throw new UsageError(`contact.email ${email} of the profile is no mail address`)
  return { name: [name, profile.organisation.name].filter(Boolean).join(", ") || email, email }
}

function content(file: string): string {
  try {
    return readFileSync(file, "utf8")
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${(error as Error).message}`)
  }
}
