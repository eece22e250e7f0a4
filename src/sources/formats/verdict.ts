// What an action, status or message says about being let through and about success (semantics 8.5).
import type { Action, Outcome } from "../../model/log-record.js"

const blocked =
  /\b(?:den(?:y|ied|ies)|drop(?:ped|s|ping)?|block(?:ed|s|ing)?|reject(?:ed|s|ing)?|prevent(?:ed)?|discard(?:ed)?|refus(?:ed?|ing)|forbid(?:den)?|quarantined?|unallowed|reset-(?:both|client|server)|block-(?:url|ip|continue)|sinkhole|ban(?:ned|ning)?|refus[ée]e?|bloqu[ée]e?)\b/i
const allowed =
  /\b(?:allow(?:ed|s)?|accept(?:ed|s)?|pass(?:ed)?|permit(?:ted|s)?|built|alert-only|forwarded|trusted|autoris[ée]e?|accord[ée]e?)\b/i
const failed =
  /\b(?:fail(?:ed|ure|s)?|failure|invalid|incorrect|wrong|bad (?:password|username|credentials)|unsuccessful|not allowed|error|unauthori[sz]ed|unknown user|no such user|does not (?:exist|match)|mismatch|illegal|échec|echec)\b/i
const succeeded =
  /\b(?:success(?:ful|fully)?|succeeded|accepted|logged in|login ok|authenticated|session opened|established|ok login|réussi|reussi)\b/i

/** A word or two that stand in a field for the action. */
export function actionOf(text: string | number | undefined): Action {
  if (text === undefined) return "unknown"
  const words = String(text).slice(0, 200).replaceAll("_", " ")
  if (blocked.test(words)) return "blocked"
  return allowed.test(words) ? "allowed" : "unknown"
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
