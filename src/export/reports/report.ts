// The report as plain values: everything a writer needs, nothing that needs a clock, a file or chance. All writers render this one model.

import type { TriageClass } from "../../hits/triage/factor-table.js"
import type { HitTriage } from "../../hits/triage/triage.js"
import type { Grade, Strength, Validity } from "../../model/hit.js"
import type { Action, Direction, Outcome } from "../../model/log-record.js"
import type { ObservableType } from "../../model/observable.js"
import type { ProblemCode } from "../../model/problem.js"
import type { Pap, Tlp } from "../../model/tlp.js"
import type { Deadline } from "./deadlines.js"
import type { CaseFacts, Profile } from "./profile.js"
import type { Language } from "./wording.js"

export interface Report {
  /** The user's case id, else derived from the content. */
  readonly id: string
  readonly title: string | null
  readonly language: Language
  /** RFC 3339, UTC. */
  readonly generatedAt: string
  readonly version: string
  readonly tlp: Tlp
  readonly pap: Pap | null
  /** No internal name, address, account, path or record stands in it. */
  readonly redacted: boolean
  readonly accounts: "pseudonyms" | "clear"
  /** `not-seen-incomplete`: nothing found, and not everything was searched. */
  readonly answer: "seen" | "not-seen" | "not-seen-incomplete"
  readonly profile: Profile
  readonly facts: CaseFacts
  readonly request: Request
  readonly times: {
    readonly awareAt: string | null
    readonly detectedAt: string | null
    readonly firstEventAt: string | null
    readonly lastEventAt: string | null
  }
  readonly searched: Searched
  readonly glance: readonly GlanceCell[]
  readonly findings: readonly Finding[]
  readonly classes: Readonly<Record<TriageClass, number>>
  readonly matrix: Matrix
  readonly months: readonly Month[]
  readonly records: readonly RecordRow[]
  readonly recordsLeftOut: number
  /** Hits that are only lists, configurations or alerts naming the value. */
  readonly echoes: number
  readonly counts: {
    readonly hits: number
    /** Held in full: of one indicator in one role the first thousand. Timeline, matrix and records show these. */
    readonly listed: number
    /** The numbers of each indicator count all hits too. */
    readonly exact: boolean
    readonly indicators: number
    readonly hosts: number
    readonly outsideWindow: number
  }
  /** The decoy sentence; null if no decoys were searched. */
  readonly chance: string | null
  readonly leads: readonly LeadRow[]
  /** Why there are none, where the pivot abstained. */
  readonly leadsReason: string | null
  readonly deadlines: readonly Deadline[]
  readonly problems: readonly ProblemRow[]
  readonly problemsLeftOut: number
  /** Indicators that were hunted and not seen; the first ones. */
  readonly notSeen: readonly ObservableRow[]
  readonly notSeenLeftOut: number
}

export interface ObservableRow {
  readonly type: ObservableType
  readonly value: string
  readonly bulletin: string
}

export interface Request {
  readonly bulletins: readonly {
    readonly title: string
    readonly publisher: string | null
    readonly published: string | null
    readonly tlp: Tlp | null
    readonly pap: Pap | null
    readonly contact: string | null
    readonly request: string | null
    readonly from: string | null
    readonly to: string | null
    readonly actors: readonly string[]
    readonly indicators: number
  }[]
  readonly since: string | null
  readonly until: string | null
  readonly zone: string | null
  readonly indicators: { readonly read: number; readonly hunted: number; readonly notHunted: number; readonly references: number }
  /** SHA-256 over the sorted indicators hunted; null if they are not at hand. */
  readonly digest: string | null
}

export interface Searched {
  readonly files: { readonly searched: number; readonly partly: number; readonly not: number }
  readonly bytes: { readonly size: number; readonly searched: number; readonly ruledOut: number; readonly notSearched: number }
  readonly decoded: number
  readonly records: number
  readonly first: string | null
  readonly last: string | null
  readonly complete: boolean
  readonly formats: readonly {
    readonly format: string
    readonly files: number
    readonly decoded: number
    readonly records: number
    readonly first: string | null
    readonly last: string | null
  }[]
  readonly missing: readonly { readonly place: string; readonly state: "partly" | "not"; readonly reasons: readonly ProblemCode[] }[]
  readonly missingLeftOut: number
  readonly gaps: readonly { readonly place: string; readonly from: string; readonly to: string }[]
  readonly gapsLeftOut: number
  readonly undated: number
}

export interface GlanceCell {
  readonly direction: Direction
  readonly result: Result
  readonly hits: number
}

/** What came of a contact, coarsely: for the glance, the timeline and the matrix. */
export const results = ["authenticated", "contact", "attempt", "other"] as const
export type Result = (typeof results)[number]

export interface Finding {
  readonly indicator: ObservableRow & { readonly marks: readonly string[]; readonly technique: readonly string[] }
  readonly class: TriageClass
  readonly triage: HitTriage
  readonly quadrantText: string
  readonly hits: number
  readonly glance: readonly GlanceCell[]
  readonly strengths: readonly Strength[]
  readonly validity: readonly Validity[]
  readonly firstSeen: string | null
  readonly lastSeen: string | null
  readonly hosts: readonly HostRow[]
  readonly hostsLeftOut: number
  /** Names or pseudonyms. */
  readonly accounts: readonly string[]
  readonly nextSteps: readonly string[]
  readonly standing: {
    readonly state: "open" | "confirmed" | "dismissed" | "reopened"
    readonly by?: string
    readonly at?: string
    readonly reason?: string
  }
  /** Per day of contact, for exchange formats: RFC 3339 instants of the records, the first ones. */
  readonly instants: readonly string[]
}

export interface HostRow {
  readonly value: string
  readonly name: string | null
  readonly role: string | null
  readonly hits: number
  readonly class: TriageClass
}

export interface Matrix {
  readonly hosts: readonly { readonly value: string; readonly name: string | null }[]
  readonly indicators: readonly ObservableRow[]
  /** By host, then indicator. */
  readonly cells: readonly (readonly { readonly hits: number; readonly result: Result | null }[])[]
  readonly hostsLeftOut: number
  readonly indicatorsLeftOut: number
}

export interface Month {
  /** `YYYY-MM`, UTC. */
  readonly month: string
  readonly hits: Readonly<Record<Result, number>>
  /** Files with events in this month. */
  readonly files: number
}

export interface RecordRow {
  readonly id: string
  readonly indicator: ObservableRow
  readonly class: TriageClass
  readonly strength: Strength
  readonly grade: Grade
  readonly result: Result
  readonly direction: Direction
  readonly action: Action
  readonly outcome: Outcome
  readonly where: string | null
  readonly observed: string
  readonly earliest: string | null
  readonly latest: string | null
  readonly assumption: readonly string[]
  readonly place: string
  readonly line: number | null
  readonly offset: number | null
  readonly also: number
  readonly format: string
  readonly host: string | null
  readonly account: string | null
  readonly sourceAddress: string | null
  readonly destinationAddress: string | null
  readonly destinationPort: number | null
  /** Null in a redacted report. */
  readonly text: string | null
}

export interface LeadRow {
  readonly value: string
  readonly level: "strong" | "possible"
  readonly bits: number
  readonly q: number
  readonly evidence: readonly { readonly bits: number; readonly text: string }[]
  readonly counterEvidence: readonly { readonly bits: number; readonly text: string }[]
  readonly without: { readonly bits: number; readonly level: string } | null
  readonly firstSeen: string | null
  readonly lastSeen: string | null
}

export interface ProblemRow {
  readonly code: ProblemCode
  readonly where: string
  readonly value: string | null
  readonly message: string
}
