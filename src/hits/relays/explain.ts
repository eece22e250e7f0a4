// A line of evidence in words that a manager can read.
import type { tokenKinds as kinds } from "./family.js"
import { type Entity, type Field, type Model, type RawLine, traitNames } from "./model.js"

const shownMax = 80

export function explainLine(field: Field, model: Model, entity: Entity, line: RawLine, tokenKinds: typeof kinds): string {
  if (line.kind === "link") return explainLink(field, model, entity)
  const token = field.profiles.tokenTexts[line.id] as string
  const noun = tokenKinds[token[0] as string]?.noun ?? "trait"
  const value = shorten(token.slice(2))
  const where = `${line.seeds} of ${model.seeds.length} confirmed relays and ${count(line.others)} of ${count(field.population.length)} other addresses`
  if (line.kind === "absence") return `does not show the ${noun} ${value}, unlike ${line.seeds} of ${model.seeds.length} confirmed relays`
  return `same ${noun} as ${where}: ${value}`
}

export function explainTrait(line: RawLine, seeds: number): string {
  const name = traitNames[Math.floor(line.id / 8)]
  const value = line.id % 8
  const like = `${line.seeds} of ${seeds} confirmed relays and ${count(line.others)} other addresses`
  if (name === "volume") {
    const [low, high] = [2 ** value, 2 ** (value + 1) - 1]
    return `${value === 7 ? "128 or more" : low === high ? low : `${low} to ${high}`} records in all, as ${like}`
  }
  if (name === "assets") return value ? `loads pictures and styles like a browser, as ${like}` : `loads no pictures or styles, as ${like}`
  if (name === "logins") return value ? `own accounts log in from it, as ${like}` : `no login from it, as ${like}`
  if (name === "clients") return value ? `four or more different clients behind it, as ${like}` : `few clients behind it, as ${like}`
  if (name === "elsewhere")
    return `asked for ${count(line.others)} other ${line.others === 1 ? "page or target" : "pages or targets"} that confirmed relays do not share`
  if (name === "co-timing")
    return value
      ? `active within five minutes of confirmed relays on two or more days, as ${like}`
      : `never active together with them, as ${like}`
  return value ? `active only in the six hours of the day in which they are, as ${like}` : `active at other hours of the day, as ${like}`
}

function explainLink(field: Field, model: Model, entity: Entity): string {
  for (const unit of entity.units) {
    for (const link of field.links.get(unit) ?? []) {
      const other = link.from === unit ? link.to : link.from
      if (!model.seedOfUnit.has(other)) continue
      const seed = field.profiles.sources[field.profiles.unitSource[other] as number] as string
      const lag = link.lagSeconds === null ? "" : ` ${link.lagSeconds} s earlier`
      const page = shorten(link.path)
      const claim = link.kind === "cache" ? "claimed to hold already" : "claimed to come from"
      return link.to === unit
        ? `${claim} ${page}, which it never fetched; ${seed} (confirmed) fetched it${lag}`
        : `fetched ${page}; ${seed} (confirmed) ${claim} it without ever fetching it${lag ? `,${lag.replace(" earlier", " later")}` : ""}`
    }
  }
  return "hand-off with a confirmed relay"
}

/** The log is written by strangers: control characters never reach a terminal from here. */
function shorten(value: string): string {
  const plain = value.replace(/[\u0000-\u001f\u007f-\u009f]/g, "?")
  return plain.length > shownMax ? `${plain.slice(0, shownMax)}…` : plain
}

function count(value: number): string {
  return value.toLocaleString("en-US")
}
