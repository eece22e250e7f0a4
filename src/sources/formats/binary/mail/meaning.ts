// What a mail's header says: when it came in, from which server, from whom and to whom.
import type { LineParser, ParseContext } from "../../../log-format.js"
import { stampOf } from "../../../time/stamp.js"
import { fieldsOf, finishRecord } from "../../draft.js"
import { isAddress } from "../../endpoint.js"
import { parseObject } from "../../json-draft.js"

interface Mail {
  readonly subject?: string
  readonly headers?: Headers
  readonly attachments?: readonly Readonly<Record<string, unknown>>[]
}

type Headers = Readonly<Record<string, string | readonly string[]>>

export function mailParser(context: ParseContext): LineParser {
  return {
    parse(line) {
      const object = parseObject(line)
      const mail = object?.mail as Mail | undefined
      if (!object || (mail === undefined && typeof object.text !== "string")) return undefined
      const headers = mail?.headers ?? {}
      const attachments = mail?.attachments ?? []
      const list = (name: string): string[] => attachments.map((each) => String(each[name] ?? "")).filter((value) => value !== "")
      const received = all(headers, "received")
      const client = clientOf(received[0] ?? "")
      const fields = fieldsOf({
        "source.ip": client.ip,
        "source.domain": client.domain,
        "email.from.address": addresses(all(headers, "from")),
        "email.sender.address": addresses(all(headers, "sender")),
        "email.reply_to.address": addresses(all(headers, "reply-to")),
        "email.to.address": addresses([...all(headers, "to"), ...all(headers, "delivered-to")]),
        "email.cc.address": addresses(all(headers, "cc")),
        "email.subject": mail?.subject,
        "email.message_id": all(headers, "message-id")[0],
        "email.x_originating_ip": all(headers, "x-originating-ip")[0]?.replace(/[[\]]/g, ""),
        "email.body": typeof object.body === "string" ? object.body : undefined,
        "user_agent.original": all(headers, "x-mailer")[0] ?? all(headers, "user-agent")[0],
        "file.name": list("name"),
        "file.hash.md5": list("md5"),
        "file.hash.sha1": list("sha1"),
        "file.hash.sha256": list("sha256"),
      })
      const time = arrival(received[0] ?? "") ?? stampOf(all(headers, "date")[0] ?? "")
      return finishRecord(line, "mail", { fields, time, exchange: "service" }, context.roles)
    },
  }
}

function all(headers: Headers, name: string): readonly string[] {
  const value = headers[name]
  return value === undefined ? [] : typeof value === "string" ? [value] : value
}

const headerCharsMax = 16_384

function addresses(values: readonly string[]): readonly string[] {
  const found = values.flatMap((value) => value.slice(0, headerCharsMax).match(/[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,253}/g) ?? [])
  return [...new Set(found)]
}

/** The top-most Received line is our own server's: whom it names is the peer it spoke with. */
function clientOf(received: string): { readonly ip?: string; readonly domain?: string } {
  const from = /^\s*from\s+(\S{1,253})([^;]{0,600}?)\bby\s/i.exec(received)
  if (!from) return {}
  const bracketed = /\[(?:IPv6:)?([\da-fA-F.:]{3,45})\]/.exec(`${from[1]} ${from[2]}`)?.[1]
  const ip = bracketed !== undefined && isAddress(bracketed) ? bracketed : undefined
  const domain = /^[\w.-]+\.[A-Za-z]\w*$/.test(from[1] as string) ? from[1] : undefined
  return { ...(ip && { ip }), ...(domain && { domain }) }
}

/** `…; Sun, 03 Jan 2021 02:11:09 +0100 (CET)`. */
function arrival(received: string): ReturnType<typeof stampOf> {
  const at = received.lastIndexOf(";")
  return at < 0
    ? undefined
    : stampOf(
        received
          .slice(at + 1)
          .trim()
          .slice(0, 80),
      )
}
