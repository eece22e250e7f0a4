// Tells at once of most values that no target's quoting or escaping would change them, so that a million of them are not searched for marks that
// none of them has.

/** True for printable ASCII without quotes, backslash and backquote; the empty text too. */
export function isTame(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code > 126 || wild[code] === 1) return false
  }
  return true
}

const wild = Uint8Array.from({ length: 127 }, (_, code) => Number(code < 32 || `"'\`\\`.includes(String.fromCharCode(code))))

/** As `JSON.stringify` writes a text. */
export function jsonText(text: string): string {
  return isTame(text) ? `"${text}"` : JSON.stringify(text)
}

/** The last answer again where the same text is asked for: of a million indicators nearly all are of one bulletin. */
export function remembered(make: (text: string) => string): (text: string) => string {
  let [last, made]: [string | undefined, string] = [undefined, ""]
  return (text) => {
    if (text !== last) {
      made = make(text)
      last = text
    }
    return made
  }
}
