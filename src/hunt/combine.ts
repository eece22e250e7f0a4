// Puts together what several hunts found in one unit: each searched for other patterns, so the whole is what one hunt for all would have found.
import type { Occurrence } from "../model/hit.js"
import type { Problem } from "../model/problem.js"
import { type DecoySight, type Finding, isRuledOut, type LeafResult, type Sample, type UnitResult } from "./finding.js"

/** The numbers that indicators and decoys have in another hunt; undefined drops them. */
export interface Renumbering {
  readonly indicator: (index: number) => number | undefined
  readonly decoy: (index: number) => number | undefined
}

export function renumbered(result: UnitResult, to: Renumbering): UnitResult {
  return {
    leaves: result.leaves.map((leaf) => (isRuledOut(leaf) ? leaf : renumberedLeaf(leaf, to))),
  }
}

function renumberedLeaf(leaf: LeafResult, to: Renumbering): LeafResult {
  return {
    ...leaf,
    findings: leaf.findings.flatMap((finding) => {
      const occurrences = finding.occurrences.flatMap((one) => numbered(one, to.indicator(one.indicator)))
      return occurrences.length > 0 ? [{ ...finding, occurrences: occurrences.sort(byIndicator) }] : []
    }),
    decoys: (leaf.decoys ?? []).flatMap((sight) => {
      const decoy = to.decoy(sight.decoy)
      return decoy === undefined ? [] : [{ ...sight, decoy }]
    }),
  }
}

function numbered(one: Occurrence, indicator: number | undefined): readonly Occurrence[] {
  return indicator === undefined ? [] : [{ ...one, indicator }]
}

/** Of the same content; undefined where the leaves differ, so that one of the two is not to be believed. */
export function combined(a: UnitResult, b: UnitResult): UnitResult | undefined {
  if (a.leaves.length !== b.leaves.length) return undefined
  const leaves = a.leaves.map((leaf, index) => combinedLeaf(leaf, b.leaves[index] as LeafResult))
  return leaves.every((leaf) => leaf !== undefined) ? { leaves } : undefined
}

function combinedLeaf(a: LeafResult, b: LeafResult): LeafResult | undefined {
  if (a.member !== b.member || a.decoded !== b.decoded || a.records !== b.records || storedBytes(a) !== storedBytes(b)) return undefined
  return {
    ...a,
    samples: samplesOfBoth(a, b),
    times: undefined,
    findings: joined(ordered<Finding>([...a.findings, ...b.findings])),
    decoys: ordered<DecoySight>([...(a.decoys ?? []), ...(b.decoys ?? [])]),
    problems: [...a.problems, ...b.problems.filter((problem) => !a.problems.some((known) => isSame(known, problem)))],
  }
}

function storedBytes({ searched, notSearched, ruledOut = 0 }: LeafResult): number {
  return searched + notSearched + ruledOut
}

/** Of a leaf that an index rules out, the samples are not asked for: they are those of the other. */
function samplesOfBoth(a: LeafResult, b: LeafResult): readonly Sample[] {
  if (b.known) return a.samples
  return ordered<Sample>([...a.samples, ...b.samples]).filter((one, index, all) => one.at !== all[index - 1]?.at)
}

/** One record is one finding, with all that was found in it. */
function joined(findings: readonly Finding[]): readonly Finding[] {
  const kept: Finding[] = []
  for (const finding of findings) {
    const last = kept[kept.length - 1]
    if (last && last.at === finding.at && last.place.line === finding.place.line && last.record.text === finding.record.text) {
      kept[kept.length - 1] = { ...last, occurrences: [...last.occurrences, ...finding.occurrences].sort(byIndicator) }
    } else kept.push(finding)
  }
  return kept
}

function ordered<T extends { readonly at: number }>(values: T[]): T[] {
  return values.sort((a, b) => a.at - b.at)
}

function byIndicator(a: Occurrence, b: Occurrence): number {
  return a.indicator - b.indicator
}

function isSame(a: Problem, b: Problem): boolean {
  return a.code === b.code && a.where === b.where && a.message === b.message
}
