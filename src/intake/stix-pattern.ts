// The STIX 2.1 pattern language (OASIS, part 9): a recursive-descent parser after the published grammar. What a pattern means for logs is decided elsewhere.

export type Operator = "=" | "!=" | "<" | "<=" | ">" | ">=" | "IN" | "LIKE" | "MATCHES" | "ISSUBSET" | "ISSUPERSET" | "EXISTS"

export type Literal =
  | { readonly kind: "string" | "hex" | "binary" | "timestamp"; readonly value: string }
  | { readonly kind: "integer" | "float"; readonly value: number }
  | { readonly kind: "boolean"; readonly value: boolean }

export type Step = { readonly key: string } | { readonly index: number | "*" }

export interface Comparison {
  readonly kind: "comparison"
  readonly objectType: string
  readonly path: readonly Step[]
  readonly operator: Operator
  readonly negated: boolean
  /** Several for IN, none for EXISTS. */
  readonly values: readonly Literal[]
}

export type ComparisonExpression = Comparison | { readonly kind: "and" | "or"; readonly terms: readonly ComparisonExpression[] }

export type Qualifier =
  | { readonly kind: "within"; readonly seconds: number }
  | { readonly kind: "repeats"; readonly times: number }
  | { readonly kind: "start-stop"; readonly start: string; readonly stop: string }

export type Pattern =
  | { readonly kind: "observation"; readonly expression: ComparisonExpression }
  | { readonly kind: "and" | "or" | "followedby"; readonly terms: readonly Pattern[] }
  | { readonly kind: "qualified"; readonly pattern: Pattern; readonly qualifier: Qualifier }

export type PatternReading = { readonly pattern: Pattern } | { readonly message: string; readonly offset: number }

export const patternLengthMax = 64 * 1024
/** Brackets deeper than this are no pattern that a person or tool has written. */
const nestingMax = 64

export function parsePattern(text: string): PatternReading {
  if (text.length > patternLengthMax) return { message: `longer than ${patternLengthMax} characters`, offset: patternLengthMax }
  const state: State = { tokens: [], at: 0, depth: 0, text }
  const fault = tokenize(text, state.tokens)
  if (fault) return fault
  try {
    const pattern = observations(state)
    if (peek(state).kind !== "end") fail(state, "unexpected text after the pattern")
    return { pattern }
  } catch (error) {
    if (error instanceof PatternFault) return { message: error.message, offset: error.offset }
    throw error
  }
}

/** `objects[0].name` as text: `file:hashes.'SHA-256'`. */
export function pathText(comparison: Comparison): string {
  const steps = comparison.path
    .map((step) => ("key" in step ? `.${/^[A-Za-z_][\w-]*$/.test(step.key) ? step.key : `'${step.key}'`}` : `[${step.index}]`))
    .join("")
  return `${comparison.objectType}:${steps.slice(1)}`
}

interface Token {
  readonly kind: "word" | "string" | "hex" | "binary" | "timestamp" | "integer" | "float" | "symbol" | "end"
  readonly text: string
  readonly offset: number
}

interface State {
  readonly tokens: Token[]
  readonly text: string
  at: number
  depth: number
}

class PatternFault extends Error {
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message)
  }
}

const keywords = new Set([
  "AND",
  "OR",
  "NOT",
  "FOLLOWEDBY",
  "LIKE",
  "MATCHES",
  "ISSUPERSET",
  "ISSUBSET",
  "EXISTS",
  "IN",
  "START",
  "STOP",
  "SECONDS",
  "WITHIN",
  "REPEATS",
  "TIMES",
  "true",
  "false",
])

function tokenize(text: string, tokens: Token[]): { message: string; offset: number } | undefined {
  let at = 0
  while (at < text.length) {
    const rest = /\s+|\/\*[\s\S]*?\*\/|\/\/[^\r\n]*/y
    rest.lastIndex = at
    const space = rest.exec(text)
    if (space) {
      at += space[0].length
      continue
    }
    const token = readToken(text, at)
    if ("message" in token) return token
    tokens.push(token)
    at += token.text.length
  }
  tokens.push({ kind: "end", text: "", offset: text.length })
  return undefined
}

const tokenKinds: readonly (readonly [Token["kind"], RegExp])[] = [
  ["hex", /h'(?:[0-9a-fA-F]{2})*'/y],
  ["binary", /b'(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)?'/y],
  ["timestamp", /t'\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?Z'/y],
  ["string", /'(?:[^'\\]|\\['\\])*'/y],
  ["float", /[+-]?\d*\.\d+/y],
  ["integer", /[+-]?(?:0|[1-9]\d*)(?![\w.])/y],
  ["word", /[A-Za-z_][A-Za-z0-9_-]*/y],
  ["symbol", /==|!=|<>|<=|>=|[=<>[\]():.,*]/y],
]

function readToken(text: string, at: number): Token | { message: string; offset: number } {
  for (const [kind, pattern] of tokenKinds) {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (!match) continue
    // `h'..'`, `b'..'` and `t'..'` that failed above are bad literals, not a word before a string.
    if (kind === "word" && /^[hbt]$/.test(match[0]) && text[at + 1] === "'") break
    return { kind, text: match[0], offset: at }
  }
  return { message: `cannot be read from ${JSON.stringify(text.slice(at, at + 20))}`, offset: at }
}

function peek(state: State): Token {
  return state.tokens[state.at]!
}

function take(state: State): Token {
  const token = peek(state)
  if (token.kind !== "end") state.at++
  return token
}

function accept(state: State, text: string): boolean {
  const token = peek(state)
  if ((token.kind !== "symbol" && token.kind !== "word") || token.text !== text) return false
  state.at++
  return true
}

function expect(state: State, text: string): void {
  if (!accept(state, text)) fail(state, `expected ${text}`)
}

function fail(state: State, message: string): never {
  throw new PatternFault(message, peek(state).offset)
}

function nested<Result>(state: State, inner: () => Result): Result {
  if (++state.depth > nestingMax) fail(state, `nested deeper than ${nestingMax} levels`)
  const result = inner()
  state.depth--
  return result
}

// FOLLOWEDBY binds weakest, then OR, then AND; a qualifier binds to what stands right before it.
function observations(state: State): Pattern {
  return joined(state, "FOLLOWEDBY", "followedby", () =>
    joined(state, "OR", "or", () => joined(state, "AND", "and", () => observation(state))),
  )
}

function joined(state: State, word: string, kind: "and" | "or" | "followedby", term: () => Pattern): Pattern {
  const terms = [term()]
  while (accept(state, word)) terms.push(term())
  return terms.length === 1 ? terms[0]! : { kind, terms }
}

function observation(state: State): Pattern {
  let pattern: Pattern
  const bracketed = accept(state, "(")
  if (bracketed) {
    pattern = nested(state, () => observations(state))
    expect(state, ")")
  } else {
    expect(state, "[")
    pattern = { kind: "observation", expression: comparisons(state) }
    expect(state, "]")
  }
  const seen = new Set<string>()
  for (let qualifier = readQualifier(state); qualifier; qualifier = readQualifier(state)) {
    // The specification allows each qualifier once on an observation; around brackets they may stack.
    if (!bracketed && seen.has(qualifier.kind)) fail(state, `${qualifier.kind} stands twice`)
    seen.add(qualifier.kind)
    pattern = { kind: "qualified", pattern, qualifier }
  }
  return pattern
}

function readQualifier(state: State): Qualifier | undefined {
  if (accept(state, "WITHIN")) {
    const seconds = positive(state)
    expect(state, "SECONDS")
    return { kind: "within", seconds }
  }
  if (accept(state, "REPEATS")) {
    const token = peek(state)
    const times = positive(state)
    if (!Number.isInteger(times)) throw new PatternFault("expected a whole number", token.offset)
    expect(state, "TIMES")
    return { kind: "repeats", times }
  }
  if (accept(state, "START")) {
    const start = timestamp(state)
    expect(state, "STOP")
    return { kind: "start-stop", start, stop: timestamp(state) }
  }
  return undefined
}

function positive(state: State): number {
  const token = take(state)
  const value = token.kind === "integer" || token.kind === "float" ? Number(token.text) : Number.NaN
  if (!(value > 0)) throw new PatternFault("expected a positive number", token.offset)
  return value
}

function timestamp(state: State): string {
  const token = take(state)
  if (token.kind !== "timestamp") throw new PatternFault("expected t'timestamp'", token.offset)
  return token.text.slice(2, -1)
}

function comparisons(state: State): ComparisonExpression {
  return comparisonTerms(state, "OR", "or", () => comparisonTerms(state, "AND", "and", () => comparison(state)))
}

function comparisonTerms(state: State, word: string, kind: "and" | "or", term: () => ComparisonExpression): ComparisonExpression {
  const terms = [term()]
  while (accept(state, word)) terms.push(term())
  return terms.length === 1 ? terms[0]! : { kind, terms }
}

function comparison(state: State): ComparisonExpression {
  if (accept(state, "(")) {
    const inner = nested(state, () => comparisons(state))
    expect(state, ")")
    return inner
  }
  if (accept(state, "EXISTS")) return { kind: "comparison", ...objectPath(state), operator: "EXISTS", negated: false, values: [] }
  const start = state.at
  const path = objectPath(state)
  const negated = accept(state, "NOT")
  const operator = readOperator(state)
  const values = operator === "IN" ? set(state) : [literal(state)]
  checkLiterals(state, start, path, operator, values)
  return { kind: "comparison", ...path, operator, negated, values }
}

function objectPath(state: State): { objectType: string; path: readonly Step[] } {
  const type = take(state)
  if (type.kind !== "word" || keywords.has(type.text)) throw new PatternFault("expected an object type", type.offset)
  expect(state, ":")
  const path: Step[] = [{ key: name(state) }]
  for (;;) {
    if (accept(state, ".")) path.push({ key: name(state) })
    else if (accept(state, "[")) {
      path.push({ index: index(state) })
      expect(state, "]")
    } else return { objectType: type.text, path }
  }
}

function name(state: State): string {
  const token = take(state)
  if (token.kind === "word") return token.text
  if (token.kind === "string") return unquoted(token.text)
  throw new PatternFault("expected a property name", token.offset)
}

function index(state: State): number | "*" {
  if (accept(state, "*")) return "*"
  const token = take(state)
  if (token.kind !== "integer") throw new PatternFault("expected an index or *", token.offset)
  return Number(token.text)
}

function readOperator(state: State): Operator {
  const token = take(state)
  const operator = ({ "=": "=", "==": "=", "!=": "!=", "<>": "!=" } as Record<string, Operator>)[token.text] ?? token.text
  if (!["=", "!=", "<", "<=", ">", ">=", "IN", "LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET"].includes(operator))
    throw new PatternFault("expected a comparison operator", token.offset)
  return operator as Operator
}

function set(state: State): readonly Literal[] {
  expect(state, "(")
  const values = [literal(state)]
  while (accept(state, ",")) values.push(literal(state))
  expect(state, ")")
  return values
}

function literal(state: State): Literal {
  const token = take(state)
  switch (token.kind) {
    case "string":
      return { kind: "string", value: unquoted(token.text) }
    case "hex":
    case "binary":
    case "timestamp":
      return { kind: token.kind, value: token.text.slice(2, -1) }
    case "integer":
    case "float":
      return { kind: token.kind, value: Number(token.text) }
    case "word":
      if (token.text === "true" || token.text === "false") return { kind: "boolean", value: token.text === "true" }
  }
  throw new PatternFault("expected a value", token.offset)
}

const hexLengths: Readonly<Record<string, number>> = {
  MD5: 32,
  "SHA-1": 40,
  "SHA-224": 56,
  "SHA-256": 64,
  "SHA-384": 96,
  "SHA-512": 128,
  "SHA3-256": 64,
  "SHA3-512": 128,
}

/** A digest that cannot be one makes the pattern invalid (as OASIS's own validator has it), and string operators want strings. */
function checkLiterals(
  state: State,
  start: number,
  { path }: { readonly path: readonly Step[] },
  operator: Operator,
  values: readonly Literal[],
): void {
  const offset = state.tokens[start]!.offset
  if (["LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET"].includes(operator) && values.some(({ kind }) => kind !== "string"))
    throw new PatternFault(`${operator} wants a string`, offset)
  const at = path.findIndex((step) => "key" in step && step.key === "hashes")
  const algorithm = path[at + 1]
  if (at < 0 || !algorithm || !("key" in algorithm) || (operator !== "=" && operator !== "!=" && operator !== "IN")) return
  const length = hexLengths[algorithm.key.toUpperCase().replace(/^SHA(?=\d{3}$|1$)/, "SHA-")]
  for (const value of values) {
    if (length !== undefined && (value.kind !== "string" || value.value.length !== length || !/^[0-9a-fA-F]*$/.test(value.value)))
      throw new PatternFault(`no ${algorithm.key} digest`, offset)
  }
}

function unquoted(text: string): string {
  return text.slice(1, -1).replace(/\\(['\\])/g, "$1")
}
