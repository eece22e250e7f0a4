// Mail as it was saved (.eml): subject, sender, date, text, and every attachment as a bulletin of its own.
import { readMeaning } from "../meaning.js"
import { readProse } from "../prose.js"
import type { BulletinFormat } from "./format.js"
import { readPage } from "./html.js"

export const attachmentsMax = 500
const mailBytesMax = 100 * 1024 * 1024

export const mail: BulletinFormat = {
  name: "mail",
  title: "Mail with attachments (.eml)",
  recognize({ head }) {
    const headers =
      head.slice(0, 16_384).match(/^(?:From|To|Subject|Date|Message-ID|MIME-Version|Received|Return-Path|Content-Type|Delivered-To):\s/gim)
        ?.length ?? 0
    return /^(?:[\w-]+:\s|From )/.test(head) && headers >= 3 ? 0.9 : 0
  },
  async parse(input, draft) {
    if (input.bytes.length > mailBytesMax) {
      draft.problem("limit", input.name, `larger than ${mailBytesMax / 1024 / 1024} MB`)
      return
    }
    const message = await parsed(input.bytes)
    if (typeof message === "string") {
      draft.problem("malformed", input.name, `mail not readable: ${message}`)
      return
    }
    draft.title ??= message.subject ?? null
    draft.publisher ??= message.from?.name || message.from?.address || null
    const date = message.date === undefined ? Number.NaN : Date.parse(message.date)
    draft.published ??= Number.isNaN(date) ? null : new Date(date).toISOString().replace(/\.000Z$/, "Z")
    draft.contact ??= message.replyTo?.[0]?.address ?? message.from?.address ?? null
    // The mailboxes of the mail itself are its sender and readers.
    for (const one of [message.from, ...(message.to ?? []), ...(message.cc ?? []), ...(message.replyTo ?? [])]) {
      if (one?.address) draft.leave("email-addr", one.address, "indicator-reference", "a mailbox of the mail's own header", input.name)
    }
    const { text } = message
    if (text !== undefined && text.trim() !== "") {
      readMeaning(text, input.name, draft)
      readProse(text, { name: input.name }, draft)
    } else if (message.html !== undefined) await readPage(message.html, input.name, draft)
    for (const [at, attachment] of message.attachments.entries()) {
      const name = attachment.filename ?? `part-${at + 1}`
      if (at >= attachmentsMax) {
        draft.problem("limit", input.name, `more than ${attachmentsMax} attachments; the rest was not read`)
        break
      }
      if (/^image\//.test(attachment.mimeType ?? "") || /pgp-signature|pkcs7-signature/.test(attachment.mimeType ?? "")) continue
      const content =
        typeof attachment.content === "string" ? new TextEncoder().encode(attachment.content) : new Uint8Array(attachment.content)
      const part = await input.readPart(name, content)
      if (part) draft.absorb(part)
      else draft.problem("limit", `${input.name}!/${name}`, "attachments nested too deep")
    }
  },
}

async function parsed(bytes: Uint8Array) {
  try {
    return await (await import("postal-mime")).default.parse(bytes, { maxNestingDepth: 50 } as never)
  } catch (error) {
    return (error as Error).message
  }
}
