// The document that brings indicators, and what it says beside them.
import type { Indicator } from "./indicator.js"
import type { Problem } from "./problem.js"
import type { Pap, Tlp } from "./tlp.js"

export interface Actor {
  /** As the document names it. */
  readonly name: string
  /** The common name, where the alias is not ambiguous. */
  readonly canonical: string | null
  /** Where the name stands. */
  readonly source: string
  /** What is odd about the name, such as a probable misspelling. */
  readonly note?: string
}

export interface LeftOut {
  readonly type: string
  readonly value: string
  readonly reason: string
  readonly provenance: string
}

export interface Bulletin {
  /** Name of the bulletin format that read it. */
  readonly format: string
  readonly title: string | null
  readonly publisher: string | null
  /** RFC 3339 date or instant. */
  readonly published: string | null
  readonly tlp: Tlp | null
  readonly pap: Pap | null
  readonly window: { readonly from: string | null; readonly to: string | null }
  /** What the publisher asks for, in its words. */
  readonly request: string | null
  readonly contact: string | null
  readonly actors: readonly Actor[]
  /** In the order of the document. */
  readonly indicators: readonly Indicator[]
  readonly leftOut: readonly LeftOut[]
  /** One for every left-out value and every part that could not be read. */
  readonly problems: readonly Problem[]
  /** Bulletins and alerts that the document refers to, by id or address. */
  readonly references?: readonly string[]
  /** Campaigns that it names; absent if none. */
  readonly campaigns?: readonly string[]
  /** National and sector bodies that the document names, such as ANSSI. */
  readonly authorities?: readonly string[]
}
