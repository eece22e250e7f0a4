// What a plain container of indicators can say: every type, as it stands; and what is made for each type once.
import { type ObservableType, observableTypes } from "../../model/observable.js"
import type { Capabilities, Capability } from "./exporter.js"

export function everyType(sees: string): Capabilities {
  const capability: Capability = { strengths: ["exact"], directions: "both", sees }
  return Object.fromEntries(observableTypes.map((type) => [type, capability]))
}

export function forEachType<T>(make: (type: ObservableType) => T): Readonly<Record<ObservableType, T>> {
  return Object.fromEntries(observableTypes.map((type) => [type, make(type)])) as Record<ObservableType, T>
}
