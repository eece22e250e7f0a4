// A slow, obvious evaluator of STIX patterns over observed data, to hold the parser to the matching cases of OASIS. Comparisons only, no qualifiers.
import type { Comparison, ComparisonExpression, Literal, Pattern } from "../../src/intake/stix-pattern.js"

type Value = unknown

interface Bundle {
  readonly objects: readonly Record<string, Value>[]
}

/** True if some observed-data of the bundle matches the pattern. */
export function matches(pattern: Pattern, bundle: Bundle): boolean {
  const objects = new Map(bundle.objects.map((object) => [String(object.id), object]))
  return bundle.objects
    .filter(({ type }) => type === "observed-data")
    .some((observed) =>
      holds(
        pattern,
        (observed.object_refs as string[]).map((ref) => objects.get(ref)!),
      ),
    )
}

function holds(pattern: Pattern, objects: readonly Record<string, Value>[]): boolean {
  switch (pattern.kind) {
    case "observation":
      return matching(pattern.expression, objects).size > 0
    case "qualified":
      return holds(pattern.pattern, objects)
    case "or":
      return pattern.terms.some((term) => holds(term, objects))
    default:
      return pattern.terms.every((term) => holds(term, objects))
  }
}

/** The objects for which an expression is true: AND is what both sides share. */
function matching(expression: ComparisonExpression, objects: readonly Record<string, Value>[]): ReadonlySet<Value> {
  if (expression.kind === "comparison")
    return new Set(objects.filter((object) => object.type === expression.objectType && compares(expression, valuesAt(expression, object))))
  const sets = expression.terms.map((term) => matching(term, objects))
  if (expression.kind === "or") return new Set(sets.flatMap((set) => [...set]))
  return new Set([...sets[0]!].filter((object) => sets.every((set) => set.has(object))))
}

function valuesAt({ path }: Comparison, object: Value): readonly Value[] {
  let values: readonly Value[] = [object]
  for (const step of path) {
    values = values.flatMap((value) => {
      if ("key" in step) return [(value as Record<string, Value>)?.[step.key]]
      return step.index === "*" ? (value as Value[]) : [(value as Value[])?.[step.index]]
    })
  }
  return values.filter((value) => value !== undefined)
}

function compares({ operator, negated, values }: Comparison, found: readonly Value[]): boolean {
  return found.some((value) => values.some((literal) => one(operator, value, literal)) !== negated)
}

function one(operator: Comparison["operator"], value: Value, { value: wanted }: Literal): boolean {
  if (operator === "=" || operator === "IN") return value === wanted
  if (operator === "!=") return value !== wanted
  if (typeof value !== typeof wanted) return false
  const [a, b] = [value as number, wanted as number]
  return operator === "<" ? a < b : operator === "<=" ? a <= b : operator === ">" ? a > b : a >= b
}
