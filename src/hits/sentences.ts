// Sentences in both languages of the reports. English is what machine output carries and what is kept; a report in French finds the line of
// the table that an English text was made from, and says it with the same values. So a hunt of last year is said in French as well.

/** `{name}` stands for what is quoted, `{#name}` for a number, `{@name}` for an RFC 3339 instant, `{~name}` for further words of ours. */
export interface Sentence {
  readonly en: string
  readonly fr: string
}

declare const ours: unique symbol
/** English that a sentence of the tables or a quotation gave: nothing else may stand where words are expected, so all has its French. */
export type Words = string & { readonly [ours]: true }

export type Values = Readonly<Record<string, string | number>>

const placeholder = /\{([#@~]?)(\w+)\}/g

/** The sentence in English; a name without a value is left out. */
export function say(sentence: Sentence, values: Values = {}): Words {
  return filled(sentence.en, values, (value) => grouped(value, ",")) as Words
}

/** What a log or a bulletin says, of bounded length: the same in all languages. */
export function quoted(text: string): Words {
  return (text.length > quotedMax ? `${text.slice(0, quotedMax)}…` : text) as Words
}

/** Several pieces of evidence in one place. */
export function joined(parts: readonly Words[]): Words {
  return parts.join(between) as Words
}

const between = "; "
const frenchBetween = " ; "
const quotedMax = 300
/** What is longer than any sentence with its quotations is left as it stands. */
const translatedMax = 4_000

/** A function from English to French over these sentences: the one with most words of its own that fits. Other text comes back as it is. */
export function translator(sentences: readonly Sentence[]): (text: string) => string {
  const lines = [...sentences]
    .sort((a, b) => ownLength(b) - ownLength(a))
    .map(({ en, fr }) => ({ pattern: new RegExp(`^${patternOf(en)}$`), fr, isLong: en.includes(between) }))
  const long = lines.filter(({ isLong }) => isLong)
  const whole = (text: string, among = lines): string | undefined => {
    for (const { pattern, fr } of among) {
      const found = pattern.exec(text)
      if (found) return french(fr, found.groups ?? {})
    }
    return undefined
  }
  const words = (text: string): string => {
    const sentence = whole(text, long)
    if (sentence !== undefined) return sentence
    const parts = text.split(between).map((part) => [part, whole(part)] as const)
    if (parts.some(([, said]) => said === undefined)) {
      const own = pieces(parts)
      if (parts[0]?.[1] !== undefined && own.length > 1) return own.map((part) => whole(part) ?? part).join(frenchBetween)
      const all = whole(text)
      if (all !== undefined || parts.every(([, said]) => said === undefined)) return all ?? text
    }
    return parts.map(([part, said]) => said ?? part).join(frenchBetween)
  }
  const french = (template: string, values: Values): string =>
    template.replace(placeholder, (_, kind: string, name: string) => {
      const value = String(values[name] ?? "")
      if (kind === "~") return words(value)
      return kind === "#"
        ? grouped(Number(value.replace(/[<,]/g, "")), "\u202f", value.startsWith("<") ? "<" : "").replace(".", ",")
        : value
    })
  return (text) => (text.length > translatedMax ? text : words(text))
}

/** A part that is no sentence of several words belongs to the quotation at the end of the one before it. */
function pieces(parts: readonly (readonly [string, string | undefined])[]): readonly string[] {
  const found: string[] = []
  for (const [part, said] of parts) {
    if ((said !== undefined && part.includes(" ")) || found.length === 0) found.push(part)
    else found.push(`${found.pop()}${between}${part}`)
  }
  return found
}

function ownLength({ en }: Sentence): number {
  return en.replace(placeholder, "").length
}

function patternOf(template: string): string {
  const kinds: Readonly<Record<string, string>> = {
    "": ".*?",
    "~": ".*?",
    "#": "<?\\d[\\d,]*(?:\\.\\d+)?",
    "@": "\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z",
  }
  let [pattern, from] = ["", 0]
  for (const found of template.matchAll(placeholder)) {
    const [all, kind, name] = found as unknown as [string, string, string]
    pattern += `${escaped(template.slice(from, found.index))}(?<${name}>${kinds[kind]})`
    from = found.index + all.length
  }
  return `${pattern}${escaped(template.slice(from))}`.replaceAll(".*?", "[^]*?")
}

function filled(template: string, values: Values, number: (value: number) => string): string {
  return template.replace(placeholder, (_, __, name: string) => {
    const value = values[name] ?? ""
    return typeof value === "number" ? number(value) : value
  })
}

function grouped(value: number, separator: string, before = ""): string {
  const [whole, fraction] = String(value).split(".")
  return `${before}${(whole as string).replace(/\B(?=(\d{3})+$)/g, separator)}${fraction === undefined ? "" : `.${fraction}`}`
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")
}
