// The spelling of Suricata and Snort rules: contents, messages and lists cannot end early, whatever a value holds.
import { plainText } from "./header.js"
import { isTame } from "./tame.js"

/** A `content` value: everything but letters, digits and a few marks as hex between bars, so that no quote, semicolon or backslash stands plain. */
export function content(text: string): string {
  if (isPlain(text)) return text
  let out = ""
  let inHex = false
  for (const byte of Buffer.from(text, "utf8")) {
    const plain = plainBytes[byte] === 1
    if (plain === inHex) out += "|"
    else if (!plain) out += " "
    out += plain ? String.fromCharCode(byte) : byte.toString(16).padStart(2, "0").toUpperCase()
    inHex = !plain
  }
  return inHex ? `${out}|` : out
}

const plainBytes = Uint8Array.from({ length: 256 }, (_, byte) => Number(/[A-Za-z0-9 ._/=&?%+~-]/.test(String.fromCharCode(byte))))

function isPlain(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code > 255 || plainBytes[code] === 0) return false
  }
  return true
}

const messageMax = 160

/** A `msg` value: printable ASCII without the marks that would end it or begin an escape. */
export function message(text: string): string {
  // What the rest would leave as it is.
  if (isTame(text) && text.length <= messageMax && !text.includes(";") && !text.includes("|")) return text.trim()
  return plainText(text, messageMax)
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/[^ -~]|[;"\\|]/g, "_")
}
