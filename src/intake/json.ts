// JSON as documents bring it: parsed with a limit on nesting, read through accessors that never trust a shape.

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

/** Deeper documents are refused before anything walks them. */
export const nestingMax = 200

export type Parsed = { readonly value: Json } | { readonly code: "malformed" | "limit"; readonly message: string }

export function parseJson(text: string): Parsed {
  if (deeperThan(text, nestingMax)) return { code: "limit", message: `nested deeper than ${nestingMax} levels` }
  try {
    return { value: JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text) as Json }
  } catch (error) {
    // JSON.parse says what and where; both belong in the Problem.
    return { code: "malformed", message: `not JSON: ${(error as Error).message}` }
  }
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

export function objects(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : isObject(value) ? [value] : []
}

export function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : []
}

export function string(value: Json | undefined): string | undefined {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : undefined
}

/** `/` and `~` escaped (RFC 6901). */
export function pointer(...parts: readonly (string | number)[]): string {
  return parts.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("")
}

function deeperThan(text: string, max: number): boolean {
  let depth = 0
  let inString = false
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at)
    if (inString) {
      if (char === 92) at++
      else if (char === 34) inString = false
    } else if (char === 34) inString = true
    else if (char === 123 || char === 91) {
      if (++depth > max) return true
    } else if (char === 125 || char === 93) depth--
  }
  return false
}
