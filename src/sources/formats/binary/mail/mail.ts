// Saved mail: single messages (.eml) and mailboxes (mbox). Each message is one record: its header, its text decoded, its attachments by name and hash.
import { createHash } from "node:crypto"
import type { Email } from "postal-mime"
import type { DecodedRecord, DecodeInput, LogFormat } from "../../../log-format.js"
import { createReporter, type Reporter } from "../damage.js"
import { printableRuns, textOf } from "../json-text.js"
import { mailParser } from "./meaning.js"
import { messagesOf } from "./messages.js"

export const mailbox: LogFormat = {
  name: "mail",
  title: "Mail: mbox and single messages (.eml)",
  recognize: (head) => certainty(Buffer.from(head.subarray(0, 16_384)).toString("latin1")),
  decode: (input) => decodeMail(input),
  open: (context) => mailParser(context),
}

const headerName = /^(?:From|To|Subject|Date|Message-ID|MIME-Version|Received|Return-Path|Content-Type|Delivered-To|X-[\w-]{1,60}):[ \t]/i
const mboxLine = /^From \S+ +\w{3} \w{3} +\d{1,2} \d\d:\d\d/

/** Three headers that mails have, before anything that is no header. */
function certainty(head: string): number {
  const lines = head.split(/\r?\n/)
  const first = mboxLine.test(lines[0] ?? "") ? 1 : 0
  let known = 0
  for (const line of lines.slice(first)) {
    if (/^[ \t]+\S/.test(line) && known > 0) continue
    if (!/^[!-9;-~]{1,76}:(?:[ \t]|$)/.test(line)) break
    if (headerName.test(line)) known++
  }
  return known >= 3 ? 0.97 : known >= 1 && first === 1 ? 0.97 : 0
}

const attachmentsMax = 500
const mimeDepthMax = 50
const bodyCharsMax = 16 * 1024 * 1024

async function* decodeMail(input: DecodeInput): AsyncGenerator<readonly DecodedRecord[]> {
  const reporter = createReporter(input)
  let record = 0
  for await (const { bytes, offset, cut } of messagesOf(input.chunks)) {
    if (cut)
      reporter.report(
        "limit",
        offset,
        "a message is larger than can be decoded at once: its text is searched in pieces, attachments undecoded",
      )
    const place = { offset, record: ++record }
    const message = cut ? undefined : await parsed(bytes, offset, reporter)
    yield message ? recordsOf(message, bytes, place, offset, reporter) : [{ text: JSON.stringify({ text: textOf(bytes) }), ...place }]
  }
  reporter.finish()
}

async function parsed(bytes: Buffer, offset: number, reporter: Reporter): Promise<Email | undefined> {
  try {
    return await (await import("postal-mime")).default.parse(bytes, { maxNestingDepth: mimeDepthMax, attachmentEncoding: "arraybuffer" })
  } catch (error) {
    reporter.report("malformed", offset, `a message cannot be decoded (${(error as Error).message}): it is searched as it stands`)
    return undefined
  }
}

interface Place {
  readonly offset: number
  readonly record: number
}

function recordsOf(message: Email, bytes: Buffer, place: Place, offset: number, reporter: Reporter): readonly DecodedRecord[] {
  if (message.attachments.length > attachmentsMax)
    reporter.report("limit", offset, `a message has more than ${attachmentsMax} attachments: the others are not searched`)
  if (bytes.length > 0 && message.headers.length === 0) reporter.report("malformed", offset, "a message without a header")
  const attachments = message.attachments.slice(0, attachmentsMax).map(attachmentOf)
  const text = `${message.text ?? ""}${message.text && message.html ? "\n" : ""}${message.html ?? ""}`
  const headers: Record<string, string | string[]> = Object.create(null)
  for (const { key, value } of message.headers) {
    const known = headers[key]
    headers[key] = known === undefined ? value : [...[known].flat(), value]
  }
  const pieces = Math.max(1, Math.ceil(text.length / bodyCharsMax))
  return Array.from({ length: pieces }, (_, at) => ({
    text: JSON.stringify({
      mail: {
        ...(message.subject !== undefined && { subject: message.subject }),
        headers,
        ...(attachments.length > 0 && { attachments }),
      },
      body: text.slice(Math.max(0, at * bodyCharsMax - overlapChars), (at + 1) * bodyCharsMax),
    }),
    ...place,
  }))
}

const overlapChars = 4096

/** What an indicator may name: the file, its hashes, and whatever text stands in it. */
function attachmentOf({ filename, mimeType, content }: Email["attachments"][number]): Readonly<Record<string, unknown>> {
  const bytes = typeof content === "string" ? Buffer.from(content) : Buffer.from(content as ArrayBuffer)
  const hash = (name: string): string => createHash(name).update(bytes).digest("hex")
  const isText = /^(?:text\/|message\/|application\/(?:json|xml|x-sh|javascript))/.test(mimeType)
  return {
    ...(filename !== null && { name: filename }),
    type: mimeType,
    size: bytes.length,
    md5: hash("md5"),
    sha1: hash("sha1"),
    sha256: hash("sha256"),
    ...(isText ? { text: textOf(bytes) } : { strings: printableRuns(bytes, 6) }),
  }
}
