// French of what triage and pivot say in English, of this run or of one kept long ago.
import { relaySentences } from "./relays/sentences.js"
import { type Sentence, translator } from "./sentences.js"
import { findings, ruleTexts } from "./triage/factor-table.js"
import { triagePhrases } from "./triage/phrases.js"

/** All sentences but those that are only a place for others. */
export const allSentences: readonly Sentence[] = [
  ...Object.values(findings),
  ...Object.values(ruleTexts),
  ...triagePhrases,
  ...relaySentences,
].filter(({ en }) => !/^\{~\w+\}$/.test(en))

/** Text that no sentence gives comes back as it is. */
export const inFrench: (text: string) => string = translator(allSentences)
