// HTML in which a value can only ever be text: a tagged template escapes whatever is put in, and only its own results pass unescaped.
import { visible } from "./plain-text.js"

export class Markup {
  constructor(readonly text: string) {}
}

export type Piece = string | number | Markup | null | undefined | false | readonly Piece[]

/** Escapes every value for text and quoted attributes, invisible characters too; nested markup and lists of it stay. */
export function html(strings: TemplateStringsArray, ...values: readonly Piece[]): Markup {
  let text = strings[0] as string
  for (const [at, value] of values.entries()) text += piece(value) + (strings[at + 1] as string)
  return new Markup(text)
}

function piece(value: Piece): string {
  if (value === null || value === undefined || value === false) return ""
  if (value instanceof Markup) return value.text
  if (Array.isArray(value)) return (value as readonly Piece[]).map(piece).join("")
  return escapeHtml(visible(String(value), Number.POSITIVE_INFINITY))
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"'`]/g, (one) => `&#${one.charCodeAt(0)};`)
}

/** A value of logs or bulletins: left to right, never a link, control characters shown. */
export function raw(value: string, max?: number): Markup {
  return html`<span class="raw" dir="ltr" translate="no">${visible(value, max)}</span>`
}

/** Words of others in running text: as harmless as `raw`, in the ordinary font. */
export function quoted(value: string, max?: number): Markup {
  return html`<span class="said">${visible(value, max)}</span>`
}
