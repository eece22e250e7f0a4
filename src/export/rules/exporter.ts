// What a rule exporter declares of itself: which indicators it can express, how exactly, in which direction, and how to prove its files.
import type { Strength } from "../../model/hit.js"
import type { Indicator } from "../../model/indicator.js"
import type { ObservableType } from "../../model/observable.js"
import type { Pap, Tlp } from "../../model/tlp.js"

/** `alert` only tells; `block` acts on traffic, which others can notice (PAP). */
export type RuleAction = "alert" | "block"

/** What a rule made of this type of indicator hits, in the words of semantics 6; never more than that. */
export interface Capability {
  readonly strengths: readonly Extract<Strength, "exact" | "cidr" | "subdomain" | "prefix" | "mention" | "lookup">[]
  readonly directions: "both" | "outbound" | "none"
  /** Where the engine looks, and what it cannot see there. */
  readonly sees: string
}

export type Capabilities = Readonly<Partial<Record<ObservableType, Capability>>>

/** What stands at the head of every exported file. */
export interface ExportHeader {
  readonly bulletins: readonly string[]
  /** RFC 3339 date of the newest bulletin; null if none states one. */
  readonly date: string | null
  /** The strictest marking of what is exported; undefined: nothing is marked, which is not clear. */
  readonly tlp: Tlp | undefined
  /** The markings of single indicators exported, sorted. */
  readonly tlps: readonly Tlp[]
  readonly pap: Pap | undefined
  readonly indicators: number
  readonly leftOut: number
  /** RFC 3339; the latest end of validity, where every indicator states one. */
  readonly expires: string | undefined
}

export interface RenderInput {
  /** Only those that the exporter can express, one for each value, sorted by type and value. */
  readonly indicators: readonly Indicator[]
  readonly header: ExportHeader
  readonly action: RuleAction
}

export interface RuleFile {
  readonly name: string
  /** Pieces of text, so that a million indicators are never held as one string. */
  readonly content: Iterable<string>
}

/** A program of the target that reads its own files; `{dir}` and `{file}` stand for where they were written. */
export interface Checker {
  readonly program: string
  readonly args: readonly string[]
  /** Files that are checked, one call each; absent: one call for all. */
  readonly files?: RegExp
}

export interface RuleExporter {
  readonly name: string
  readonly title: string
  /** The first is the default. */
  readonly actions: readonly RuleAction[]
  readonly capabilities: Capabilities
  /** Why this one value cannot be said although its type can; undefined if it can. */
  readonly inexpressible?: (indicator: Indicator) => string | undefined
  /** More than this cannot be expressed; `insteadOfMore` names the exporter that can. */
  readonly indicatorsMax?: number
  readonly insteadOfMore?: string
  render(input: RenderInput): readonly RuleFile[]
  /** Tried in order; the first program that is installed is used. */
  readonly checkers: readonly Checker[]
}
