// A notification as one `.eml`: text and HTML, attachments, and where keys are given PGP/MIME (RFC 3156). It only makes the file.
import nodemailer from "nodemailer"
import type { MailBody } from "../../export/reports/mail-body.js"
import { encryptOpenPgp, signOpenPgp } from "./openpgp.js"

export interface Attachment {
  readonly name: string
  readonly mediaType: string
  readonly content: Uint8Array
}

export interface Notification {
  readonly to: { readonly name: string; readonly email: string }
  /** Absent in a redacted notification: the mail program fills it in. */
  readonly from?: { readonly name: string; readonly email: string }
  readonly body: MailBody
  readonly attachments: readonly Attachment[]
  /** RFC 3339, UTC. */
  readonly at: string
  /** A UUID: message id and boundaries come of it, so that the same notification is the same bytes. */
  readonly id: string
  readonly language: string
  /** The subject that stands outside of an encrypted message. */
  readonly coverSubject: string
}

export interface MailKeys {
  /** Armoured public key of the recipient. */
  readonly encryptTo?: string
  readonly sign?: { readonly privateKey: string; readonly password: string | undefined }
}

/** The whole message with CRLF; encrypted and signed ones differ each time, as OpenPGP wants it. */
export async function composeMail(notification: Notification, keys: MailKeys = {}): Promise<Uint8Array> {
  const plain = await composed(notification)
  if (keys.encryptTo === undefined && keys.sign === undefined) return plain
  const { outer, inner } = split(plain)
  const boundary = `=_sillage_${notification.id}`
  const [type, parts] =
    keys.encryptTo === undefined ? await signedParts(inner, keys, boundary) : await encryptedParts(inner, keys.encryptTo, keys, boundary)
  const cover =
    keys.encryptTo === undefined
      ? outer
      : outer.replace(/^Subject:.*(?:\r\n[ \t].*)*/im, () => `Subject: ${ascii(oneLine(notification.coverSubject))}`)
  return Buffer.from(`${cover}\r\n${type}\r\n\r\n${parts}`, "latin1")
}

async function encryptedParts(inner: string, to: string, keys: MailKeys, boundary: string): Promise<readonly [string, string]> {
  const armoured = crlf(await encryptOpenPgp(Buffer.from(inner, "latin1"), to, keys.sign))
  const type = `Content-Type: multipart/encrypted; protocol="application/pgp-encrypted";\r\n boundary="${boundary}"`
  const parts = [
    `--${boundary}`,
    "Content-Type: application/pgp-encrypted",
    "Content-Description: PGP/MIME version identification",
    "",
    "Version: 1",
    "",
    `--${boundary}`,
    'Content-Type: application/octet-stream; name="encrypted.asc"',
    'Content-Disposition: inline; filename="encrypted.asc"',
    "",
    armoured.trimEnd(),
    "",
    `--${boundary}--`,
    "",
  ]
  return [type, parts.join("\r\n")]
}

/** RFC 3156, 5: what is signed is the first part as it is sent, without the line break before the boundary. */
async function signedParts(inner: string, keys: MailKeys, boundary: string): Promise<readonly [string, string]> {
  const { privateKey, password } = keys.sign as NonNullable<MailKeys["sign"]>
  const part = inner.replace(/(?:\r\n)+$/, "\r\n")
  const signature = crlf(await signOpenPgp(Buffer.from(part, "latin1"), privateKey, password))
  const type = `Content-Type: multipart/signed; micalg=pgp-sha512;\r\n protocol="application/pgp-signature"; boundary="${boundary}"`
  const parts = [
    `--${boundary}`,
    part,
    `--${boundary}`,
    'Content-Type: application/pgp-signature; name="signature.asc"',
    'Content-Disposition: attachment; filename="signature.asc"',
    "",
    signature.trimEnd(),
    "",
    `--${boundary}--`,
    "",
  ]
  return [type, parts.join("\r\n")]
}

/** nodemailer's stream transport writes to memory: nothing is connected to. */
async function composed(notification: Notification): Promise<Uint8Array> {
  const transport = nodemailer.createTransport({ streamTransport: true, buffer: true, newline: "windows" })
  const domain = notification.from?.email.split("@")[1] ?? "undisclosed.invalid"
  const sent = await transport.sendMail({
    to: { name: oneLine(notification.to.name), address: notification.to.email },
    ...(notification.from ? { from: { name: oneLine(notification.from.name), address: notification.from.email } } : {}),
    subject: oneLine(notification.body.subject),
    text: notification.body.text,
    html: notification.body.html,
    textEncoding: "base64",
    attachments: notification.attachments.map((one) => ({
      filename: oneLine(one.name),
      content: Buffer.from(one.content),
      contentType: one.mediaType,
      contentDisposition: "attachment" as const,
      contentTransferEncoding: "base64" as const,
    })),
    date: new Date(notification.at),
    messageId: `<${notification.id}@${domain}>`,
    // Mail programs open it as a draft.
    headers: { "X-Unsent": "1", "Content-Language": notification.language },
    // The type definitions lack it; without it the boundaries are drawn by chance.
    ...({ baseBoundary: notification.id.replaceAll("-", "") } as object),
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return sent.message as Buffer
}

/** Headers of the message, and the MIME entity that is to be protected. */
function split(message: Uint8Array): { readonly outer: string; readonly inner: string } {
  const text = Buffer.from(message).toString("latin1")
  const end = text.indexOf("\r\n\r\n")
  const fields = text.slice(0, end).split(/\r\n(?![ \t])/)
  const isContent = (field: string) => /^content-/i.test(field)
  return {
    outer: fields.filter((field) => !isContent(field)).join("\r\n"),
    inner: `${fields.filter(isContent).join("\r\n")}\r\n\r\n${text.slice(end + 4)}`,
  }
}

function crlf(text: string): string {
  return text.replace(/\r?\n/g, "\r\n")
}

/** A header's value never breaks its line, whatever a log or a bulletin put into it. */
function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ").slice(0, 400)
}

/** RFC 2047: encoded words of at most 75 characters, one a line, no character cut in two. */
function ascii(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text
  const words: string[] = [""]
  for (const character of text) {
    const longer = `${words.at(-1)}${character}`
    if (Buffer.byteLength(longer) > encodedBytesMax) words.push(character)
    else words[words.length - 1] = longer
  }
  return words.map((word) => `=?UTF-8?B?${Buffer.from(word, "utf8").toString("base64")}?=`).join("\r\n ")
}

/** 45 bytes are 60 characters of base64. */
const encodedBytesMax = 45
