// What a revision of a bulletin changed: added, changed, withdrawn (semantics 11.11).
import type { Bulletin } from "./bulletin.js"
import type { Indicator } from "./indicator.js"
import { strictest } from "./tlp.js"

export interface BulletinDiff {
  readonly added: readonly Indicator[]
  readonly changed: readonly { readonly before: Indicator; readonly after: Indicator; readonly fields: readonly string[] }[]
  /** Gone from the revision, or revoked by it; still hunted, marked, ranked lower. */
  readonly withdrawn: readonly Indicator[]
}

const compared = ["validFrom", "validUntil", "confidence", "toIds", "tlp", "marks", "techniques", "relations", "comment"] as const

/** Compares by type and canonical value; order and provenance do not count. */
export function diffBulletins(old: Bulletin, revision: Bulletin): BulletinDiff {
  const before = byKey(old)
  const after = byKey(revision)
  const added: Indicator[] = []
  const changed: { before: Indicator; after: Indicator; fields: readonly string[] }[] = []
  const withdrawn: Indicator[] = []
  for (const [key, indicator] of after) {
    const known = before.get(key)
    if (!known) added.push(indicator)
    else if (isWithdrawn(indicator) && !isWithdrawn(known)) withdrawn.push(indicator)
    else {
      const fields = compared.filter((field) => JSON.stringify(known[field] ?? null) !== JSON.stringify(indicator[field] ?? null))
      if (fields.length > 0) changed.push({ before: known, after: indicator, fields })
    }
  }
  for (const [key, indicator] of before) if (!after.has(key) && !isWithdrawn(indicator)) withdrawn.push(withMark(indicator))
  return { added, changed, withdrawn }
}

/** The revision with what it dropped kept as `withdrawn`, so that old hits keep their indicator. */
export function reviseBulletin(old: Bulletin, revision: Bulletin): Bulletin {
  const after = byKey(revision)
  const gone = old.indicators.filter((indicator) => !after.has(keyOf(indicator))).map(withMark)
  return { ...revision, indicators: [...revision.indicators, ...gone] }
}

/** The bulletin with what a part of it brings: values of the part take the place of their earlier entries, all else stays as it was. */
export function extendBulletin(old: Bulletin, part: Bulletin): Bulletin {
  const brought = byKey(part)
  const known = byKey(old)
  return {
    ...old,
    title: old.title ?? part.title,
    publisher: old.publisher ?? part.publisher,
    published: old.published ?? part.published,
    tlp: strictest(old.tlp ?? undefined, part.tlp ?? undefined) ?? null,
    pap: old.pap ?? part.pap,
    request: old.request ?? part.request,
    contact: old.contact ?? part.contact,
    actors: [...old.actors, ...part.actors.filter(({ name }) => !old.actors.some((actor) => actor.name === name))],
    leftOut: part.leftOut,
    problems: part.problems,
    indicators: [
      ...old.indicators.map((indicator) => brought.get(keyOf(indicator)) ?? indicator),
      ...part.indicators.filter((indicator) => !known.has(keyOf(indicator))),
    ],
  }
}

function withMark(indicator: Indicator): Indicator {
  return isWithdrawn(indicator) ? indicator : { ...indicator, marks: [...indicator.marks, "withdrawn"] }
}

function isWithdrawn(indicator: Indicator): boolean {
  return indicator.marks.includes("withdrawn")
}

function byKey(bulletin: Bulletin): ReadonlyMap<string, Indicator> {
  return new Map(bulletin.indicators.map((indicator) => [keyOf(indicator), indicator]))
}

function keyOf({ type, value }: Indicator): string {
  return `${type} ${value}`
}
