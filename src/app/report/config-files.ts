// The profile of the organisation and the facts of a case, from the user's JSON files and options.
import { readFileSync } from "node:fs"
import {
  type CaseFacts,
  type CaseNote,
  emptyCase,
  emptyProfile,
  type Profile,
  parseCase,
  parseProfile,
} from "../../export/reports/profile.js"
import { UsageError } from "../../model/problem.js"
import { formatInstant, parseInstant } from "../../model/time.js"

export interface CaseFlags {
  readonly case?: string
  readonly awareAt?: string
  readonly detectedAt?: string
  readonly measure?: readonly string[]
}

const fileBytesMax = 4 * 1024 * 1024

export function readProfile(file: string | undefined): Profile {
  return file === undefined ? emptyProfile : parsedFile(file, parseProfile)
}

/** What the options say replaces what the file says; measures add up. */
export function readCase(flags: CaseFlags): CaseFacts {
  const facts = flags.case === undefined ? emptyCase : parsedFile(flags.case, parseCase)
  const measures = (flags.measure ?? []).map((text): CaseNote => ({ at: null, text }))
  return {
    ...facts,
    awareAt: instantOf("--aware-at", flags.awareAt) ?? instantOf("awareAt", facts.awareAt),
    detectedAt: instantOf("--detected-at", flags.detectedAt) ?? instantOf("detectedAt", facts.detectedAt),
    measures: [...facts.measures.map(dated), ...measures],
    diary: facts.diary.map(dated),
  }
}

export function instantOf(name: string, given: string | null | undefined): string | null {
  if (given === undefined || given === null) return null
  const instant = parseInstant(given)
  if (instant === undefined) throw new UsageError(`${name} ${given} is no instant: give RFC 3339 with a zone, or a date`)
  return formatInstant(instant)
}

export function readJson(file: string): unknown {
  try {
    const bytes = readFileSync(file)
    if (bytes.length > fileBytesMax) throw new UsageError(`${file} is larger than ${fileBytesMax} bytes`)
    return JSON.parse(bytes.toString("utf8"))
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`cannot read ${file}: ${(error as Error).message}`)
  }
}

function dated(note: CaseNote): CaseNote {
  return { ...note, at: instantOf("at", note.at) }
}

function parsedFile<T>(file: string, parse: (json: unknown) => T): T {
  const json = readJson(file)
  try {
    return parse(json)
  } catch (error) {
    throw new UsageError(`${file}: ${(error as Error).message}`)
  }
}
