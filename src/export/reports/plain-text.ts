// Log values and bulletin text as harmless visible text: control characters, direction overrides and broken surrogates are shown, not obeyed.
import { domainToUnicode } from "node:url"

/** C0, C1, soft hyphen, zero-width and direction characters, line separators, interlinear marks, tags, byte order mark, lone surrogates. */
const unseen =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]|\u034f|\u17b4|\u17b5|\u180b|\u180c|\u180d|\u180e|\u180f|\p{Variation_Selector}|\p{Cs}|[\u{e0000}-\u{e0fff}]/gu

/** One line of at most `max` characters of the value; what is cut is counted. */
export function visible(value: string, max = 1_000): string {
  const cut = value.length > max
  const head = cut ? value.slice(0, max) : value
  const shown = head.replace(unseen, escaped)
  return cut ? `${shown}… (+${value.length - max})` : shown
}

function escaped(character: string): string {
  const code = character.codePointAt(0) as number
  if (character === "\n") return "\\n"
  if (character === "\r") return "\\r"
  if (character === "\t") return "\\t"
  return code > 0xff ? `\\u{${code.toString(16)}}` : `\\x${code.toString(16).padStart(2, "0")}`
}

/** A value that no reader, mail client or chat turns into a link; nothing else about it changes. */
export function defanged(type: string, value: string): string {
  if (type.startsWith("file:") || type.startsWith("x-") || type === "user-agent") return value
  if (type === "url") {
    const [, scheme, rest] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(value) ?? []
    if (scheme === undefined || rest === undefined) return value
    const end = rest.search(/[/?#]/)
    const host = end < 0 ? rest : rest.slice(0, end)
    return `${scheme.replace(/^http/i, "hxxp")}[://]${lastDot(host)}${end < 0 ? "" : rest.slice(end)}`
  }
  if (type === "email-addr") return lastDot(value.replace("@", "[@]"))
  if (type === "ipv6-addr") return value.replace(/:(?=[^:]*$)/, "[:]")
  return lastDot(value)
}

/** How an `xn--` name reads, where it differs from how it is written; undefined for all others. */
export function readsAs(value: string): string | undefined {
  const host = /^(?:[a-z][a-z0-9+.-]*:\/\/)?([^/?#@]+@)?([^/?#:]+)/i.exec(value)?.[2]
  if (host === undefined || !/(?:^|\.)xn--/i.test(host)) return undefined
  const read = domainToUnicode(host)
  return read === "" || read === host ? undefined : visible(read, 253)
}

function lastDot(value: string): string {
  return value.replace(/\.(?=[^.]*$)/, "[.]")
}
