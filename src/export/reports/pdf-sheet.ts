// A4 pages that fill from top to bottom: headings, paragraphs, tables and bars in embedded fonts, with marking and number on every page.
import { createRequire } from "node:module"
import PDFDocument from "pdfkit"
import { visible } from "./plain-text.js"

/** Points. */
const margin = { left: 48, right: 48, top: 64, bottom: 56 } as const
const pageWidth = 595.28
const pageHeight = 841.89
export const textWidth = pageWidth - margin.left - margin.right
const ink = "#1b2530"
const soft = "#5a6673"
const rule = "#d5dbe1"

export type Face = "plain" | "bold" | "mono"

export interface Cell {
  readonly text: string
  readonly face?: Face
  readonly colour?: string
  readonly align?: "left" | "right"
}

export interface SheetHead {
  readonly title: string
  readonly author: string
  readonly language: string
  /** RFC 3339, UTC: the only date in the file. */
  readonly at: string
  readonly label: string
  readonly labelColour: string
  readonly reference: string
  readonly page: string
}

/**
 * The characters that all three embedded fonts have and that need no shaping; the rest is shown as `\u{…}`. Without this a missing glyph would
 * be an empty box, and a right-to-left word would be set the other way round.
 */
const printable =
  /[^\u0020-\u007e\u00a0-\u017f\u0384-\u038a\u038c\u038e-\u03a1\u03a3-\u03ce\u0400-\u045f\u0490-\u049b\u2010-\u2023\u2026\u202f\u2030-\u2037\u2039\u203a\u20ac\u2190-\u2193\u2212]/gu

/** What stands in the PDF for a text of others. */
export function printed(text: string, max?: number): string {
  return visible(text, max).replace(printable, (one) => `\\u{${(one.codePointAt(0) as number).toString(16)}}`)
}

export class Sheet {
  readonly #doc: PDFKit.PDFDocument
  readonly #head: SheetHead
  #y: number = margin.top

  constructor(head: SheetHead) {
    this.#head = head
    const date = new Date(head.at)
    this.#doc = new PDFDocument({
      size: "A4",
      margins: { top: 0, bottom: 0, left: margin.left, right: margin.right },
      bufferPages: true,
      autoFirstPage: true,
      lang: head.language,
      displayTitle: true,
      info: {
        Title: printed(head.title, 300),
        Author: printed(head.author, 200),
        Creator: "Sillage",
        Producer: "Sillage",
        CreationDate: date,
        ModDate: date,
      },
    })
    const resolve = createRequire(import.meta.url).resolve
    this.#doc.registerFont("plain", resolve("dejavu-fonts-ttf/ttf/DejaVuSansCondensed.ttf"))
    this.#doc.registerFont("bold", resolve("dejavu-fonts-ttf/ttf/DejaVuSansCondensed-Bold.ttf"))
    this.#doc.registerFont("mono", resolve("dejavu-fonts-ttf/ttf/DejaVuSansMono.ttf"))
  }

  title(text: string): void {
    this.#write(text, { face: "bold", size: 19, after: 2 })
  }

  heading(text: string): void {
    this.need(70)
    this.gap(10)
    this.#doc
      .moveTo(margin.left, this.#y)
      .lineTo(margin.left + textWidth, this.#y)
      .lineWidth(1.2)
      .strokeColor(ink)
      .stroke()
    this.gap(6)
    this.#write(text, { face: "bold", size: 12.5, after: 5 })
  }

  subheading(text: string): void {
    this.need(46)
    this.gap(7)
    this.#write(text, { face: "bold", size: 10, after: 3 })
  }

  paragraph(
    text: string,
    style: { readonly size?: number; readonly soft?: boolean; readonly face?: Face; readonly indent?: number } = {},
  ): void {
    this.#write(text, {
      face: style.face ?? "plain",
      size: style.size ?? 9,
      after: 4,
      colour: style.soft ? soft : ink,
      indent: style.indent ?? 0,
    })
  }

  /** The sentence that answers the question, set off by a bar. */
  verdict(text: string): void {
    const start = this.#y
    this.#write(text, { face: "plain", size: 13.5, after: 6, indent: 12 })
    this.#doc.rect(margin.left, start, 3, this.#y - start - 6).fill("#1f4e79")
  }

  figures(cells: readonly { readonly value: string; readonly label: string }[]): void {
    this.need(50)
    const width = textWidth / cells.length
    for (const [at, cell] of cells.entries()) {
      const x = margin.left + at * width
      this.#set(cell.value, x, this.#y + 4, width - 8, "bold", 16, ink)
      this.#set(cell.label, x, this.#y + 26, width - 8, "plain", 8, soft)
    }
    this.#y += 46
    this.#line(this.#y)
    this.gap(6)
  }

  /** Widths are shares of the text width. Rows break over pages whole; the head is repeated. */
  table(widths: readonly number[], head: readonly string[] | undefined, rows: Iterable<readonly (string | Cell)[]>, size = 8): void {
    const total = widths.reduce((sum, one) => sum + one, 0)
    const columns = widths.map((one) => (one / total) * textWidth)
    const titles = head?.map((text): Cell => ({ text, face: "bold", colour: soft }))
    if (titles) this.#row(columns, titles, size)
    for (const row of rows) {
      const cells = row.map((cell): Cell => (typeof cell === "string" ? { text: cell } : cell))
      if (this.#y + this.#heightOf(columns, cells, size) > pageHeight - margin.bottom) {
        this.#newPage()
        if (titles) this.#row(columns, titles, size)
      }
      this.#row(columns, cells, size)
    }
    this.gap(5)
  }

  /** Stacked bars with labels below and a band that shows where there are logs. */
  bars(
    columns: readonly {
      readonly label: string
      readonly parts: readonly { readonly value: number; readonly colour: string }[]
      readonly covered: boolean
    }[],
    bandLabel: string,
  ): void {
    // Without a value only the band has something to say.
    const height = columns.some((one) => one.parts.some((part) => part.value > 0)) ? 78 : 6
    this.need(height + 44)
    const left = margin.left + 40
    const step = (textWidth - 40) / columns.length
    const bar = Math.min(30, step * 0.66)
    const top = Math.max(1, ...columns.map((one) => one.parts.reduce((sum, part) => sum + part.value, 0)))
    const base = this.#y + height
    const every = Math.ceil(columns.length / 12)
    for (const [at, column] of columns.entries()) {
      const x = left + at * step + (step - bar) / 2
      let level = base
      for (const part of column.parts) {
        const size = ((height - 12) * part.value) / top
        level -= size
        if (part.value > 0) this.#doc.rect(x, level, bar, size).fill(part.colour)
      }
      const total = column.parts.reduce((sum, part) => sum + part.value, 0)
      if (total > 0 && step > 16) this.#set(String(total), x - 10, level - 10, bar + 20, "bold", 7, ink, "center")
      if (column.covered) this.#doc.rect(left + at * step + 0.5, base + 5, step - 1, 5).fill("#8fa58f")
      else
        this.#doc
          .rect(left + at * step + 0.5, base + 5, step - 1, 5)
          .lineWidth(0.4)
          .dash(1.5, { space: 1.5 })
          .strokeColor("#9aa5b1")
          .stroke()
          .undash()
      if (at % every === 0) this.#set(column.label, x - 20, base + 14, bar + 40, "plain", 7, soft, "center")
    }
    this.#doc
      .moveTo(left, base)
      .lineTo(margin.left + textWidth, base)
      .lineWidth(0.5)
      .strokeColor(rule)
      .stroke()
    this.#set(bandLabel, margin.left, base + 3, 36, "plain", 7, soft, "right")
    this.#y = base + 28
  }

  legend(entries: readonly { readonly text: string; readonly colour: string }[]): void {
    this.need(14)
    let x: number = margin.left
    for (const entry of entries) {
      this.#doc.rect(x, this.#y + 1, 7, 7).fill(entry.colour)
      this.#set(entry.text, x + 11, this.#y, 200, "plain", 7.5, soft)
      x += 26 + this.#doc.font("plain").fontSize(7.5).widthOfString(entry.text)
    }
    this.#y += 13
  }

  gap(points: number): void {
    this.#y += points
  }

  /** A new page unless so much is left. */
  need(points: number): void {
    if (this.#y + points > pageHeight - margin.bottom) this.#newPage()
  }

  newPage(): void {
    if (this.#y > margin.top) this.#newPage()
  }

  async end(): Promise<Uint8Array> {
    const { count } = this.#doc.bufferedPageRange()
    for (let page = 0; page < count; page++) {
      this.#doc.switchToPage(page)
      this.#frame(page + 1, count)
    }
    const chunks: Buffer[] = []
    return new Promise((resolve, reject) => {
      this.#doc.on("data", (chunk: Buffer) => chunks.push(chunk))
      this.#doc.on("end", () => resolve(Buffer.concat(chunks)))
      this.#doc.on("error", reject)
      this.#doc.end()
    })
  }

  #frame(page: number, pages: number): void {
    const { label, labelColour, reference, page: word } = this.#head
    const width = this.#doc.font("bold").fontSize(9).widthOfString(label) + 12
    for (const [x, y] of [
      [margin.left, 28],
      [margin.left, pageHeight - 38],
    ] as const) {
      this.#doc.rect(x, y, width, 14).fill("#000000")
      this.#set(label, x + 6, y + 2, width, "bold", 9, labelColour)
    }
    this.#set(reference, margin.left + 200, 31, textWidth - 200, "plain", 7.5, soft, "right")
    this.#set(`${word} ${page} / ${pages}`, margin.left + 200, pageHeight - 35, textWidth - 200, "plain", 7.5, soft, "right")
  }

  #newPage(): void {
    this.#doc.addPage()
    this.#y = margin.top
  }

  #write(
    text: string,
    style: { readonly face: Face; readonly size: number; readonly after: number; readonly colour?: string; readonly indent?: number },
  ): void {
    const indent = style.indent ?? 0
    const width = textWidth - indent
    const height = this.#doc.font(style.face).fontSize(style.size).heightOfString(text, { width, lineGap: 1.5 })
    this.need(Math.min(height, 300))
    this.#set(text, margin.left + indent, this.#y, width, style.face, style.size, style.colour ?? ink)
    this.#y += height + style.after
  }

  #row(columns: readonly number[], cells: readonly Cell[], size: number): void {
    const height = this.#heightOf(columns, cells, size)
    let x: number = margin.left
    for (const [at, cell] of cells.entries()) {
      const width = (columns[at] ?? 0) - 6
      this.#set(cell.text, x, this.#y + 2.5, width, cell.face ?? "plain", sizeOf(cell, size), cell.colour ?? ink, cell.align)
      x += columns[at] ?? 0
    }
    this.#y += height
    this.#line(this.#y)
  }

  #heightOf(columns: readonly number[], cells: readonly Cell[], size: number): number {
    const heights = cells.map((cell, at) =>
      this.#doc
        .font(cell.face ?? "plain")
        .fontSize(sizeOf(cell, size))
        .heightOfString(cell.text === "" ? " " : cell.text, { width: (columns[at] ?? 0) - 6, lineGap: 1.5 }),
    )
    return Math.max(0, ...heights) + 5
  }

  #set(
    text: string,
    x: number,
    y: number,
    width: number,
    face: Face,
    size: number,
    colour: string,
    align: "left" | "right" | "center" = "left",
  ): void {
    this.#doc.font(face).fontSize(size).fillColor(colour).text(text, x, y, { width, align, lineGap: 1.5 })
  }

  #line(y: number): void {
    this.#doc
      .moveTo(margin.left, y)
      .lineTo(margin.left + textWidth, y)
      .lineWidth(0.4)
      .strokeColor(rule)
      .stroke()
  }
}

/** The monospaced face is wider than the condensed one. */
function sizeOf(cell: Cell, size: number): number {
  return cell.face === "mono" ? size - 0.9 : size
}
