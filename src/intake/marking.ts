// Markings as formats write them: TLP marking ids of STIX (TLP 1 read, never written), tags of MISP, words of a cell.
import type { Relation } from "../model/indicator.js"
import { type Pap, papLevels, parsePap, parseTlp, strictest, type Tlp } from "../model/tlp.js"
import { own } from "./own.js"

/** STIX marking-definition ids, TLP 2.0 first, then TLP 1 (libraries of both versions mix them). */
export const tlpMarkings: Readonly<Record<string, Tlp>> = {
  "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487": "clear",
  "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb": "green",
  "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421": "amber",
  "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003": "amber+strict",
  "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1": "red",
  "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": "clear",
  "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": "green",
  "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": "amber",
  "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": "red",
}

/** A TLP tag of any vocabulary: `tlp:white`, `cossi:TLP="white"`. */
export function tlpOfTag(tag: string): Tlp | undefined {
  const label = /(?:^|:)tlp\s*[:=]\s*"?([\w+ -]+?)"?\s*$/i.exec(tag)?.[1]
  return label === undefined ? undefined : parseTlp(label)
}

/** The strictest of the TLP labels and marking ids that a text holds, each label with its `TLP` before it. */
export function tlpIn(text: string): Tlp | undefined {
  return tlpsIn(text).reduce(strictest, undefined)
}

/** The one label of a text; undefined where there are several, as in a legend of what they mean. */
export function onlyTlpIn(text: string): Tlp | undefined {
  const [first, ...others] = new Set(tlpsIn(text))
  return others.length === 0 ? first : undefined
}

function tlpsIn(text: string): readonly Tlp[] {
  const labels =
    text.match(/(?<![\p{L}\p{N}])tlp\s*[:=]\s*"?(?:white|clear|green|amber(?:[\s_-]*\+?[\s_-]*strict)?|red)(?![\p{L}\p{N}])/giu) ?? []
  const ids = text.match(/marking-definition--[0-9a-f-]{36}/g) ?? []
  return [...labels.map(parseTlp), ...ids.map((id) => own(tlpMarkings, id))].filter((tlp) => tlp !== undefined)
}

/** The stricter of two; an absent one yields to any stated one. */
export function strictestPap(a: Pap | undefined, b: Pap | undefined): Pap | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return papLevels[Math.max(papLevels.indexOf(a), papLevels.indexOf(b))]
}

export function papOfTag(tag: string): Pap | undefined {
  const label = /(?:^|:)pap\s*[:=]\s*"?(\w+)"?\s*$/i.exec(tag)?.[1]
  return label === undefined ? undefined : parsePap(label)
}

/** The intrusion set of a galaxy tag: `misp-galaxy:threat-actor="APT31"`. */
export function actorOfTag(tag: string): string | undefined {
  return /^misp-galaxy:(?:threat-actor|mitre-(?:enterprise-attack-)?intrusion-set|microsoft-activity-group|mitre-intrusion-set)="([^"]+?)(?:\s+-\s+G\d{4})?"$/i.exec(
    tag.trim(),
  )?.[1]
}

/** What a galaxy tag ties a value to, under STIX's names. */
export function relationOfTag(tag: string): Relation | undefined {
  const actor = actorOfTag(tag)
  if (actor !== undefined) return { type: "indicates", to: "intrusion-set", name: actor }
  const malware = /^misp-galaxy:(?:malpedia|tool|mitre-malware|mitre-tool|ransomware|botnet|rat|backdoor|stealer|banker)="([^"]+)"$/i.exec(
    tag.trim(),
  )?.[1]
  return malware === undefined ? undefined : { type: "indicates", to: "malware", name: malware }
}

/** ATT&CK ids that a tag or text names. */
export function techniquesIn(text: string): readonly string[] {
  return [...new Set(text.match(/\bT\d{4}(?:\.\d{3})?\b/g) ?? [])]
}

const words: readonly (readonly [RegExp, number])[] = [
  [/^(?:very high|tr[eè]s (?:bonne|[ée]lev[ée]e?)|excellente?|confirmed)$/i, 95],
  [/^(?:high|bonne|[ée]lev[ée]e?|haute?|probable)$/i, 85],
  [/^(?:medium|moderate|moyenne?|possible)$/i, 50],
  [/^(?:low|faible|basse?|doubtful)$/i, 15],
  [/^(?:none|nulle?)$/i, 0],
]

/** A confidence, reliability or score, 0 to 100; the words after the scale of STIX's appendix. */
export function parseConfidence(text: string): number | undefined {
  const plain = text.trim()
  if (/^\d{1,3}(?:\.\d+)?\s*%?$/.test(plain)) {
    const value = Math.round(Number.parseFloat(plain))
    return value <= 100 ? value : undefined
  }
  return words.find(([pattern]) => pattern.test(plain))?.[1]
}

/** A date or instant as RFC 3339 in UTC; a stamp without zone is taken as UTC. Undefined if it is none. */
export function parseInstant(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const plain = text.trim()
  if (/^\d{10}(?:\.\d+)?$/.test(plain)) return atMidnight(new Date(Number(plain) * 1000))
  if (/^\d{8}$/.test(plain)) return parseInstant(`${plain.slice(0, 4)}-${plain.slice(4, 6)}-${plain.slice(6)}`)
  const match = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?)?$/.exec(plain)
  if (!match) return undefined
  const zone = match[6] === undefined || match[6] === "UTC" ? "Z" : match[6].replace(/^([+-]\d{2})(\d{2})$/, "$1:$2")
  const date = new Date(`${match[1]}-${match[2]}-${match[3]}T${match[4] ?? "00:00"}:${match[5] ?? "00"}${zone}`)
  if (Number.isNaN(date.getTime())) return undefined
  // Fractions of the original are kept: Date would round them.
  const fraction = /:\d{2}(\.\d+)/.exec(plain)?.[1]
  return fraction ? date.toISOString().replace(/\.\d+Z$/, `${fraction.replace(/0+$/, "").replace(/^\.$/, "")}Z`) : atMidnight(date)
}

function atMidnight(date: Date): string {
  return date.toISOString().replace(/\.000Z$/, "Z")
}
