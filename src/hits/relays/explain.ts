// A line of evidence in words that a manager can read.
import { quoted, say, type Words } from "../sentences.js"
import { type Entity, type Field, type Model, type RawLine, traitNames } from "./model.js"
import { evidence, handOffs, nouns, otherNoun } from "./sentences.js"

const shownMax = 80

export function explainLine(field: Field, model: Model, entity: Entity, line: RawLine): Words {
  if (line.kind === "link") return explainLink(field, model, entity)
  if (line.kind === "division") {
    const values = { targets: line.id, seeds: line.seeds, divided: model.division?.targets ?? 0 }
    return say(evidence[line.id === 1 ? "division-one" : "division"], values)
  }
  const token = field.profiles.tokenTexts[line.id] as string
  const values = {
    noun: say(nouns[token[0] as string] ?? otherNoun),
    value: shorten(token.slice(2)),
    seeds: line.seeds,
    all: model.seeds.length,
  }
  if (line.kind === "absence") return say(evidence.absence, values)
  return say(evidence.token, { ...values, others: line.others, population: field.population.length })
}

export function explainTrait(line: RawLine, seeds: number): Words {
  const name = traitNames[Math.floor(line.id / 8)]
  const value = line.id % 8
  const like = { seeds: line.seeds, all: seeds, others: line.others }
  if (name === "volume") {
    const [low, high] = [2 ** value, 2 ** (value + 1) - 1]
    return say(evidence[value === 7 ? "volume-most" : low === high ? "volume-one" : "volume"], { ...like, low, high })
  }
  if (name === "assets") return say(evidence[value ? "assets" : "no-assets"], like)
  if (name === "logins") return say(evidence[value ? "logins" : "no-logins"], like)
  if (name === "clients") return say(evidence[value ? "many-clients" : "few-clients"], like)
  if (name === "elsewhere") return say(evidence[line.others === 1 ? "elsewhere-one" : "elsewhere"], like)
  if (name === "co-timing") return say(evidence[value ? "co-timed" : "never-co-timed"], like)
  return say(evidence[value ? "same-hours" : "other-hours"], like)
}

function explainLink(field: Field, model: Model, entity: Entity): Words {
  for (const unit of entity.units) {
    for (const link of field.links.get(unit) ?? []) {
      const other = link.from === unit ? link.to : link.from
      if (!model.seedOfUnit.has(other)) continue
      const seed = field.profiles.sources[field.profiles.unitSource[other] as number] as string
      const kind = link.kind === "cache" ? "cache" : "origin"
      const timed = link.lagSeconds === null ? "" : "-timed"
      const side = link.to === unit ? "from-seed" : "to-seed"
      return say(handOffs[`${side}-${kind}${timed}`], { page: shorten(link.path), seed, lag: link.lagSeconds ?? 0 })
    }
  }
  return say(evidence["hand-off"])
}

/** The log is written by strangers: control characters never reach a terminal from here. */
function shorten(value: string): Words {
  const plain = value.replace(/[\u0000-\u001f\u007f-\u009f]/g, "?")
  return quoted(plain.length > shownMax ? `${plain.slice(0, shownMax)}…` : plain)
}
