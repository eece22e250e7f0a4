// What an action, status or message says about being let through and about success (semantics 8.5).
import type { Action, Outcome } from "../../model/log-record.js"

const blocked = /\b(?:den(?:y|ied|ies|ying|ial)|drop(?:ped|s|ping)?|block(?:ed|s|ing)?|reject(?:ed|s|ing|ion)?)\b/i
const allowed = /\b(?:allow(?:ed|s|ing)?|accept(?:ed|s|ing)?|pass(?:ed|es)?|permit(?:ted|s|ting)?|built)\b/i
/** What vendors write into a field for the same. */
const alsoBlocked =
  /\b(?:prevent(?:ed)?|discard(?:ed)?|refused?|forbid(?:den)?|quarantined?|unallowed|reset(?:-both|-client|-server)?|sinkhole|ban(?:ned)?)\b/i
const alsoAllowed = /\b(?:alert|forward(?:ed)?|trusted|continue|monitor(?:ed)?|detect(?:ed)?)\b/i
const failed =
  /\b(?:fail(?:ed|ure|s)?|failure|invalid|incorrect|wrong|bad (?:password|username|credentials)|unsuccessful|not allowed|error|unauthori[sz]ed|refused|forbidden|unknown user|no such user|does not (?:exist|match)|mismatch|illegal|echec)\b|échec/i
const succeeded =
  /\b(?:success(?:ful|fully)?|succeeded|accepted|logged in|login ok|authenticated|session opened|established|ok login|reussie?)\b|réussie?/i

/** A word or two that stand in a field for the action. */
export function actionOf(text: string | number | undefined): Action {
  if (text === undefined) return "unknown"
  const words = String(text).slice(0, 200).replaceAll("_", " ")
  const said = actionInText(words)
  if (said !== "unknown") return said
  return alsoBlocked.test(words) ? "blocked" : alsoAllowed.test(words) ? "allowed" : "unknown"
}

/** The same in a sentence, where only the plain words count. */
export function actionInText(text: string): Action {
  if (blocked.test(text)) return "blocked"
  return allowed.test(text) ? "allowed" : "unknown"
}

/** `success`, `failure`, or what an outcome field or a login message says. */
export function outcomeOf(text: string | number | undefined): Outcome {
  if (text === undefined) return "unknown"
  const words = String(text).slice(0, 1000).replaceAll("_", " ")
  if (failed.test(words) || blocked.test(words)) return "failure"
  return succeeded.test(words) || /^(?:ok|yes|true|0)$/i.test(words.trim()) ? "success" : "unknown"
}

/** HTTP status: below 400 is success. */
export function statusOutcome(status: string | number | undefined): Outcome {
  const code = Number(status)
  return !Number.isInteger(code) || code < 100 || code > 999 ? "unknown" : code < 400 ? "success" : "failure"
}
