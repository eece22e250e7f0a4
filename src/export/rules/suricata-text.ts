// The spelling of Suricata and Snort rules: contents, messages and lists cannot end early, whatever a value holds.
import { plainText } from "./header.js"

/** A `content` value: everything but letters, digits and a few marks as hex between bars, so that no quote, semicolon or backslash stands plain. */
export function content(text: string): string {
  let out = ""
  let inHex = false
  for (const byte of Buffer.from(text, "utf8")) {
    const char = String.fromCharCode(byte)
    const plain = /[A-Za-z0-9 ._/=&?%+~-]/.test(char)
    if (plain === inHex) out += "|"
    else if (!plain) out += " "
    out += plain ? char : byte.toString(16).padStart(2, "0").toUpperCase()
    inHex = !plain
  }
  return inHex ? `${out}|` : out
}

/** A `msg` value: printable ASCII without the marks that would end it or begin an escape. */
export function message(text: string): string {
  return plainText(text, 160)
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/[^ -~]|[;"\\|]/g, "_")
}
