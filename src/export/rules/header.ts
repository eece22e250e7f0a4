// The lines at the head of every exported file: what it is made of, how it is marked, how long it holds.
import type { ExportHeader } from "./exporter.js"
import { isTame } from "./tame.js"

/** Plain lines without comment marks; no line break or control character of a bulletin gets in. */
export function headerLines(header: ExportHeader): readonly string[] {
  return [
    `Sillage export of ${header.indicators} indicators${header.leftOut > 0 ? `, ${header.leftOut} left out (see the command's answer)` : ""}`,
    `Bulletin: ${header.bulletins.map((title) => plainText(title)).join("; ") || "command line"}`,
    ...(header.date === null ? [] : [`Date: ${plainText(header.date)}`]),
    header.tlp === undefined ? "Unmarked: not TLP:CLEAR" : `TLP:${header.tlp.toUpperCase()}`,
    ...(header.pap === undefined ? [] : [`PAP:${header.pap.toUpperCase()}`]),
    ...(header.expires === undefined ? [] : [`Expires: ${plainText(header.expires)}`]),
    "A hit is not a compromise: relay addresses belong to innocent people and change hands",
  ]
}

/** The header as comment lines. */
export function comments(mark: string, header: ExportHeader): string {
  return headerLines(header)
    .map((line) => `${mark} ${line}\n`)
    .join("")
}

/** One line of printable text, at most `max` characters: what a publisher wrote, on its way into a comment or a message. */
export function plainText(text: string, max = 120): string {
  const clean = isTame(text) ? text.trim() : text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, " ").trim()
  return clean.length > max ? `${clean.slice(0, max - 1)}…` : clean
}

/** As `plainText`, with nothing but letters, digits and harmless marks of ASCII: for targets whose quoting is poor. */
export function tameText(text: string, max = 80): string {
  return plainText(text, max)
    .normalize("NFKD")
    .replace(/[^A-Za-z0-9 ._+,-]+/g, "_")
}
