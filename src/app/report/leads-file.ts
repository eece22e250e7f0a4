// The leads of a saved `sillage pivot --json`, on their way into a report: checked, for the file may have been edited or be another one.
import { readFileSync } from "node:fs"
import type { Lead, PivotResult } from "../../hits/relays/pivot.js"
import { canonicalAddress } from "../../model/canonical.js"
import { UsageError } from "../../model/problem.js"

/** What a report takes of a pivot. Throws a UsageError where the file is no pivot's answer. */
export function leadsIn(path: string): Pick<PivotResult, "candidates" | "reason" | "abstained"> {
  const answer = objectIn(path)
  const { abstained, reason, candidates } = answer
  if (typeof abstained !== "boolean" || !Array.isArray(candidates)) throw new UsageError(`${path} is no answer of sillage pivot --json`)
  const wrong = candidates.findIndex((one) => !isLead(one))
  if (wrong >= 0) throw new UsageError(`${path}: candidate ${wrong + 1} is not as sillage pivot --json writes it`)
  return { abstained, reason: typeof reason === "string" ? reason : null, candidates: candidates as readonly Lead[] }
}

function objectIn(path: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"))
    if (typeof value === "object" && value !== null) return value as Readonly<Record<string, unknown>>
  } catch (error) {
    throw new UsageError(`cannot read the leads in ${path}: ${(error as Error).message}`)
  }
  throw new UsageError(`${path} is no answer of sillage pivot --json`)
}

function isLead(value: unknown): boolean {
  const one = (value ?? {}) as Partial<Record<keyof Lead, unknown>>
  const counterfactual = (one.counterfactual ?? {}) as Partial<Record<"bits" | "level", unknown>>
  return (
    typeof one.value === "string" &&
    canonicalAddress(one.value)?.value === one.value &&
    Number.isFinite(one.bits) &&
    Number.isFinite(one.q) &&
    (one.level === "strong" || one.level === "possible") &&
    isInstant(one.firstSeen) &&
    isInstant(one.lastSeen) &&
    Number.isFinite(counterfactual.bits) &&
    ["strong", "possible", "hidden"].includes(String(counterfactual.level)) &&
    [one.evidence, one.counterEvidence].every(areLines)
  )
}

function areLines(value: unknown): boolean {
  const lines = Array.isArray(value) ? (value as readonly { readonly bits?: unknown; readonly text?: unknown }[]) : undefined
  return lines?.every((line) => Number.isFinite(line?.bits) && typeof line?.text === "string") ?? false
}

function isInstant(value: unknown): boolean {
  return value === null || (typeof value === "string" && !Number.isNaN(Date.parse(value)))
}
