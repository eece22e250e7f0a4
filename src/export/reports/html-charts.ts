// The pictures of the HTML report as inline SVG and tables: months with what the logs cover, and own systems against indicators.
import { html, type Markup, raw } from "./html-text.js"
import { defanged } from "./plain-text.js"
import { type Report, type Result, results } from "./report.js"
import type { Speaker } from "./texts.js"
import { month, number } from "./wording.js"

/** Dark to light with the weight of the result, so that a black and white print still tells them apart. */
export const resultColours: Readonly<Record<Result, string>> = {
  authenticated: "#6b1414",
  contact: "#c2571a",
  attempt: "#6f8fb3",
  other: "#c9ced6",
}

const width = 720
const left = 54
const bottom = 46

export function timelineSvg(report: Report, { say, language }: Speaker): Markup | "" {
  const { months } = report
  if (months.length === 0) return ""
  const totals = months.map((one) => results.reduce((sum, result) => sum + one.hits[result], 0))
  const any = totals.some((total) => total > 0)
  // Without a hit only the band of the logs has something to say.
  const plotHeight = any ? 104 : 4
  const top = scaleTop(Math.max(1, ...totals))
  const step = (width - left) / months.length
  const bar = Math.max(1, Math.min(38, step * 0.66))
  const every = Math.ceil(months.length / 12)
  const y = (value: number) => 12 + plotHeight * (1 - value / top)
  const height = 12 + plotHeight + bottom
  const columns = months.map((one, at) => {
    const x = left + at * step + (step - bar) / 2
    let level = 0
    const parts = [...results].reverse().map((result) => {
      const value = one.hits[result]
      if (value === 0) return ""
      level += value
      return html`<rect x="${fixed(x)}" y="${fixed(y(level))}" width="${fixed(bar)}" height="${fixed((plotHeight * value) / top)}" fill="${resultColours[result]}"/>`
    })
    const total = totals[at] as number
    const count =
      total > 0 && step > 20
        ? html`<text x="${fixed(x + bar / 2)}" y="${fixed(y(total) - 4)}" text-anchor="middle" class="count">${number(total, language)}</text>`
        : ""
    const label =
      at % every === 0
        ? html`<text x="${fixed(x + bar / 2)}" y="${12 + plotHeight + 36}" text-anchor="middle">${month(one.month, language)}</text>`
        : ""
    const covered = html`<rect x="${fixed(left + at * step + 0.5)}" y="${12 + plotHeight + 8}" width="${fixed(step - 1)}" height="8" class="${one.files > 0 ? "covered" : "uncovered"}"/>`
    return html`<g><title>${month(one.month, language)}: ${number(total, language)} — ${number(one.files, language)} ${say("files")}</title>${parts}${count}${label}${covered}</g>`
  })
  const lines = (any ? [0, top / 2, top] : []).map(
    (value) =>
      html`<line x1="${left}" x2="${width}" y1="${fixed(y(value))}" y2="${fixed(y(value))}" class="grid"/><text x="${left - 6}" y="${fixed(y(value) + 3.5)}" text-anchor="end">${number(value, language)}</text>`,
  )
  return html`<svg class="timeline" viewBox="0 0 ${width} ${height}" role="img" aria-label="${say("timeline-caption")}">${lines}${columns}<text x="${left - 6}" y="${12 + plotHeight + 15}" text-anchor="end">${say("logs")}</text></svg>`
}

export function resultLegend({ say }: Speaker): Markup {
  return html`<p class="legend">${results.map((result) => html`<span><i class="key ${result}"></i>${say(`res-${result}`)}</span>`)}</p>`
}

export function matrixTable(report: Report, { say, language }: Speaker): Markup | "" {
  const { matrix } = report
  if (matrix.hosts.length === 0 || matrix.indicators.length === 0) return ""
  const numbers = new Map(report.findings.map((finding, at) => [`${finding.indicator.type} ${finding.indicator.value}`, at + 1]))
  return html`<table class="matrix">
<thead><tr><th></th>${matrix.indicators.map((one) => html`<th title="${defanged(one.type, one.value)}">${numbers.get(`${one.type} ${one.value}`) ?? ""}</th>`)}</tr></thead>
<tbody>${matrix.hosts.map(
    (host, row) =>
      html`<tr><th scope="row">${raw(host.value, 48)}${host.name ? html` <small>${raw(host.name, 40)}</small>` : ""}</th>${(
        matrix.cells[row] ?? []
      ).map((cell) =>
        cell.result === null
          ? html`<td></td>`
          : html`<td class="${cell.result}" title="${say(`res-${cell.result}`)}">${number(cell.hits, language)}</td>`,
      )}</tr>`,
  )}</tbody></table>`
}

/** A round number at or above the largest value. */
function scaleTop(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  const step = [1, 2, 4, 5, 10].find((one) => one * power >= value) ?? 10
  return Math.max(2, step * power)
}

function fixed(value: number): string {
  return String(Math.round(value * 100) / 100)
}
