// A hunt's answer on stdout: for people, or as NDJSON. The same for a hunt that just ended and for one of the workspace.
import { write } from "./context.js"
import { type AnswerView, renderAnswer } from "./hunt-text.js"

export interface AnswerFlags {
  readonly json?: boolean
  readonly all?: boolean
}

export async function writeAnswer(view: Omit<AnswerView, "all">, flags: AnswerFlags): Promise<void> {
  if (flags.json) await writeJson(view)
  else await write(renderAnswer({ ...view, all: flags.all ?? false }))
}

async function writeJson(view: Omit<AnswerView, "all">): Promise<void> {
  let batch = ""
  for (const line of jsonLines(view)) {
    batch += `${JSON.stringify(line)}\n`
    if (batch.length > 1 << 16) {
      await write(batch)
      batch = ""
    }
  }
  await write(batch)
}

function* jsonLines({ answer, triage: { triage }, problems, summary }: Omit<AnswerView, "all">): Generator<object> {
  for (const [at, hit] of answer.hits.entries()) yield { ...hit, triage: triage[at] }
  for (const problem of problems) yield { type: "problem", ...problem }
  yield* answer.coverage
  yield summary
}
