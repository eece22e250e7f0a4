// Pieces of text that stand in every spelling of a value: user agents, JA4 fingerprints, file names without a dot, hosts of one label.

/** Bytes to be found, letters of ASCII in either case; every value yields one or, for letters beyond ASCII, all its cases. */
export type Piece = Uint8Array

const bytesMax = 64
const encoder = new TextEncoder()

/** The longest stretch without separators, quotes and what else is written in several ways; a value of another script by two letters of it. */
export function piecesOf(value: string): readonly Piece[] {
  let plain = ""
  for (const [run] of value.matchAll(/[ !$()*+,\-.0-9:;=?@A-Z[\]^_`a-z{|}~]+/g)) if (worth(run.trim()) > worth(plain)) plain = run.trim()
  const other = /[^\x00-\x7f]{1,2}[A-Za-z0-9._-]{0,6}/.exec(value)?.[0]
  if (other !== undefined && plain.length < 6) return cases(other)
  return plain.length === 0 ? [] : [encoder.encode(plain)]
}

/** Longer is better, and any other word better than a folder that every system has. */
function worth(piece: string): number {
  return piece === "" || commonFolders.test(piece) ? piece.length : piece.length + 100
}

const commonFolders =
  /^(?:usr|share|man|etc|var|html|www|tmp|temp|bin|sbin|opt|lib|lib64|local|dev|home|root|log|proc|run|windows|system32|users|program files|appdata|roaming|microsoft)$/i

/** Where the rarest `length` bytes of a piece begin, so that few other lines are looked at. */
export function rarestPlace(piece: Piece, length: number): number {
  const text = new TextDecoder("latin1").decode(piece).toLowerCase()
  const weights = Array.from(text, (char) => (/[a-z]/.test(char) ? 2 : /[0-9]/.test(char) ? 3 : 1) - (common.has(char) ? 1 : 0))
  for (const match of text.matchAll(commonWords)) weights.fill(-4, match.index, match.index + match[0].length)
  let best = 0
  let bestWeight = Number.NEGATIVE_INFINITY
  for (let place = 0; place + length <= piece.length; place++) {
    const weight = weights.slice(place, place + length).reduce((sum, one) => sum + one, 0)
    if (weight > bestWeight) [best, bestWeight] = [place, weight]
  }
  return best
}

/** The part of a long piece around a place that is compared. */
export function aroundPlace(piece: Piece, place: number): { readonly bytes: Piece; readonly place: number } {
  if (piece.length <= bytesMax) return { bytes: piece, place }
  const from = Math.min(Math.max(0, place - bytesMax / 2), piece.length - bytesMax)
  return { bytes: piece.slice(from, from + bytesMax), place: place - from }
}

const common = new Set("eta oin")
const commonWords =
  /mozilla|applewebkit|khtml, like gecko|windows nt|compatible|gecko|chrome|safari|firefox|version|macintosh|intel mac os|linux|mobile|http/g

/** Every mixture of upper and lower case, composed and decomposed. */
function cases(text: string): readonly Piece[] {
  let forms = [""]
  for (const char of text) {
    const variants = char < "\x80" ? [char] : [...new Set([char, char.toLowerCase(), char.toUpperCase(), char.toLowerCase().toUpperCase()])]
    forms = forms.flatMap((form) => variants.map((variant) => form + variant))
  }
  const spellings = new Set(forms.flatMap((form) => [form.normalize("NFC"), form.normalize("NFD")]))
  return Array.from(spellings, (form) => encoder.encode(form))
}
