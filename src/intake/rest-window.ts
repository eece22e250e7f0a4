// When indicators hold: their own dates, else those of their bulletin, else those that the user gives for it.
import type { Bulletin } from "../model/bulletin.js"
import { parseInstant } from "./marking.js"

/** The bulletin with this window where it states none itself, and indicators without any date of their own in it. */
export function restWindow(bulletin: Bulletin, given: Bulletin["window"] = { from: null, to: null }): Bulletin {
  const stated = bulletin.window.from !== null || bulletin.window.to !== null
  const window = stated ? bulletin.window : given
  const validFrom = parseInstant(window.from ?? undefined)
  const validUntil = endOf(window.to)
  if (validFrom === undefined && validUntil === undefined) return bulletin
  const indicators = bulletin.indicators.map((indicator) =>
    indicator.validFrom !== undefined || indicator.validUntil !== undefined
      ? indicator
      : { ...indicator, ...(validFrom === undefined ? {} : { validFrom }), ...(validUntil === undefined ? {} : { validUntil }) },
  )
  return { ...bulletin, window, indicators }
}

/** `until 30 June` holds through that day. */
function endOf(to: string | null): string | undefined {
  return to !== null && /^\d{4}-\d{2}-\d{2}$/.test(to) ? parseInstant(`${to}T23:59:59Z`) : parseInstant(to ?? undefined)
}
