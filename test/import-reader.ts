// Reads what a TypeScript file reaches for: imports of every kind, worker URLs and network globals. No compiler: a small tokenizer
// that knows comments, strings, templates and regular expressions is enough, and proves itself on planted violations.

export type Reach =
  | { readonly kind: "import"; readonly to: string; readonly typeOnly: boolean; readonly line: number }
  /** `new URL("…", import.meta.url)` or `import.meta.resolve("…")`: how workers and data files are named. */
  | { readonly kind: "url"; readonly to: string; readonly line: number }
  /** An import whose target only shows at run time, which no table can judge. */
  | { readonly kind: "computed"; readonly line: number }
  /** A global that reaches the network or the host: `fetch(…)`, `new WebSocket(…)`, `process.…`. */
  | { readonly kind: "global"; readonly name: string; readonly line: number }

export function reaches(source: string): Reach[] {
  const tokens = tokenize(source)
  const found: Reach[] = []
  const ownNames = declaredNames(tokens)
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] as Token
    if (token.kind !== "word" || text(tokens, at - 1) === "." || text(tokens, at - 1) === "?.") continue
    if (token.text === "import") found.push(...importAt(tokens, at))
    else if (token.text === "export") found.push(...clauseAt(tokens, at))
    else if (token.text === "require" && text(tokens, at + 1) === "(") found.push(callAt(tokens, at + 1, "import"))
    else if (token.text === "new" && text(tokens, at + 1) === "URL" && isMetaUrl(tokens, at)) found.push(callAt(tokens, at + 2, "url"))
    else if (!ownNames.has(token.text) && isGlobalUse(tokens, at)) found.push({ kind: "global", name: token.text, line: token.line })
  }
  return found
}

interface Token {
  readonly kind: "word" | "string" | "mark" | "template" | "regexp"
  readonly text: string
  readonly line: number
}

const text = (tokens: readonly Token[], at: number): string | undefined => tokens[at]?.text

/** `import "x"`, `import(…)`, `import.meta.resolve(…)`, or an import clause. */
function importAt(tokens: readonly Token[], at: number): Reach[] {
  const next = tokens[at + 1]
  if (next === undefined) return []
  if (next.kind === "string") return [{ kind: "import", to: next.text, typeOnly: false, line: next.line }]
  if (next.text === "(") return [callAt(tokens, at + 1, "import")]
  if (next.text === ".") return text(tokens, at + 4) === "resolve" ? [callAt(tokens, at + 5, "url")] : []
  return clauseAt(tokens, at)
}

/** The clause between `import` or `export` and its `from "x"`; nothing if this is a declaration. */
function clauseAt(tokens: readonly Token[], start: number): Reach[] {
  const typeOnly = text(tokens, start + 1) === "type" && text(tokens, start + 2) !== "from" && text(tokens, start + 2) !== ","
  for (let at = start + 1; at < tokens.length; at++) {
    const { kind, text: word, line } = tokens[at] as Token
    const after = tokens[at + 1]
    if (word === "from" && kind === "word" && after?.kind === "string")
      return [{ kind: "import", to: after.text, typeOnly, line: after.line }]
    if (word === "require" && text(tokens, at + 1) === "(") return [callAt(tokens, at + 1, "import")]
    if (word === "=" && text(tokens, start) === "import") continue
    if (kind === "string" ? false : kind === "mark" ? !"{},*".includes(word) : kind !== "word" || declarators.has(word)) return []
    if (line > (tokens[start] as Token).line + 200) return []
  }
  return []
}

const declarators = new Set([
  "const",
  "let",
  "var",
  "function",
  "class",
  "interface",
  "enum",
  "async",
  "default",
  "abstract",
  "namespace",
  "declare",
])

function callAt(tokens: readonly Token[], open: number, kind: "import" | "url"): Reach {
  const argument = tokens[open + 1]
  const line = tokens[open]?.line ?? 0
  const closes = text(tokens, open + 2) === ")" || text(tokens, open + 2) === ","
  if (argument?.kind !== "string" || !closes) return { kind: "computed", line }
  return kind === "import" ? { kind, to: argument.text, typeOnly: false, line } : { kind, to: argument.text, line }
}

function isMetaUrl(tokens: readonly Token[], at: number): boolean {
  let depth = 0
  for (let end = at + 2; end < tokens.length; end++) {
    if (text(tokens, end) === "(") depth++
    if (text(tokens, end) === ")" && --depth === 0) return text(tokens, end - 1) === "url" && text(tokens, end - 3) === "meta"
    // A trailing comma, as a formatter may leave it.
    if (text(tokens, end) === ")" && depth === 0) return false
  }
  return false
}

const constructed = new Set(["WebSocket", "EventSource", "XMLHttpRequest"])
const host = new Set(["process", "Buffer", "console"])
const callers = new Set(["await", "return", "=", "(", ",", "=>", "?", ":", "&&", "||", "??", "[", "!", "void", "yield", "...", "typeof"])

function isGlobalUse(tokens: readonly Token[], at: number): boolean {
  const { text: name } = tokens[at] as Token
  if (name === "fetch") {
    const before = text(tokens, at - 1)
    // `fetch(…)` in a type or an object is a method's own name; as a value it may be handed on and called elsewhere.
    return callers.has(before ?? "") && text(tokens, at + 1) !== ":" && text(tokens, at + 1) !== "?"
  }
  if (name === "globalThis") return text(tokens, at + 2) === "fetch"
  if (constructed.has(name)) return text(tokens, at - 1) === "new"
  return host.has(name) && text(tokens, at + 1) === "."
}

/** Names that the file declares or imports itself, so that they are not the globals of that name. */
function declaredNames(tokens: readonly Token[]): ReadonlySet<string> {
  const names = new Set<string>()
  for (const [at, token] of tokens.entries()) {
    const before = text(tokens, at - 1)
    const after = text(tokens, at + 1)
    const imported = (before === "{" || before === ",") && (after === "," || after === "}")
    if (token.kind === "word" && (before === "function" || before === "const" || before === "let" || after === ":" || imported))
      names.add(token.text)
  }
  return names
}

/** Words, strings and marks with their lines; comments are gone, and `${…}` in a template is read like any code. */
function tokenize(source: string): Token[] {
  const tokens: Token[] = []
  let line = 1
  let at = 0
  const templates: number[] = []
  let braces = 0
  const push = (kind: Token["kind"], value: string) => tokens.push({ kind, text: value, line })
  const skip = (end: number) => {
    for (; at < end; at++) if (source[at] === "\n") line++
  }
  const template = () => {
    let end = at
    while (end < source.length && source[end] !== "`" && !source.startsWith("${", end)) end += source[end] === "\\" ? 2 : 1
    push("template", "")
    const open = source[end] === "$"
    skip(end + (open ? 2 : 1))
    if (open) templates.push(braces++)
  }
  while (at < source.length) {
    const char = source[at] as string
    if (/\s/.test(char)) skip(at + 1)
    else if (source.startsWith("//", at)) skip(endOf(source, "\n", at))
    else if (source.startsWith("/*", at)) skip(endOf(source, "*/", at) + 2)
    else if (char === '"' || char === "'") {
      const end = quoteEnd(source, at)
      push("string", source.slice(at + 1, end))
      skip(end + 1)
    } else if (char === "`") {
      at++
      template()
    } else if (/[\p{L}\p{N}_$#]/u.test(char)) {
      const word = /^[\p{L}\p{N}_$#]+/u.exec(source.slice(at, at + 200))?.[0] ?? char
      push("word", word)
      skip(at + word.length)
    } else if (char === "/" && mayBeRegexp(tokens[tokens.length - 1])) {
      const end = regexpEnd(source, at)
      push("regexp", "")
      skip(end)
    } else if (char === "}" && templates[templates.length - 1] === braces - 1) {
      braces--
      templates.pop()
      at++
      template()
    } else {
      const mark = /^(?:\.\.\.|=>|\?\?|\?\.|&&|\|\|)/.exec(source.slice(at, at + 3))?.[0] ?? char
      if (mark === "{") braces++
      if (mark === "}") braces--
      push("mark", mark)
      skip(at + mark.length)
    }
  }
  return tokens
}

function endOf(source: string, what: string, from: number): number {
  const end = source.indexOf(what, from)
  return end < 0 ? source.length : end
}

function quoteEnd(source: string, from: number): number {
  let end = from + 1
  while (end < source.length && source[end] !== source[from] && source[end] !== "\n") end += source[end] === "\\" ? 2 : 1
  return end
}

/** A slash divides after a value, and opens a regular expression elsewhere. */
function mayBeRegexp(before: Token | undefined): boolean {
  if (before === undefined) return true
  if (before.kind === "word") return /^(?:return|typeof|case|in|of|void|yield|await|else|do)$/.test(before.text)
  return before.kind === "mark" && before.text !== ")" && before.text !== "]" && before.text !== "}"
}

function regexpEnd(source: string, from: number): number {
  let inClass = false
  let end = from + 1
  for (; end < source.length && source[end] !== "\n"; end++) {
    if (source[end] === "\\") end++
    else if (source[end] === "[") inClass = true
    else if (source[end] === "]") inClass = false
    else if (source[end] === "/" && !inClass) break
  }
  end++
  while (/[a-z]/.test(source[end] ?? "")) end++
  return end
}
