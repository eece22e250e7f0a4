// What a plain container of indicators can say: every type, as it stands.
import { observableTypes } from "../../model/observable.js"
import type { Capabilities, Capability } from "./exporter.js"

export function everyType(sees: string): Capabilities {
  const capability: Capability = { strengths: ["exact"], directions: "both", sees }
  return Object.fromEntries(observableTypes.map((type) => [type, capability]))
}
