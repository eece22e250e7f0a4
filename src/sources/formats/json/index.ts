// The kinds of JSON record that are known by their keys, the most exact first.
import { cloudKinds } from "./cloud.js"
import type { JsonKind } from "./kind.js"
import { networkKinds } from "./network.js"
import { webKinds } from "./web.js"
import { windowsEvent } from "./windows-event.js"
import { wrapperKinds } from "./wrappers.js"

export const jsonKinds: readonly JsonKind[] = [...networkKinds, ...cloudKinds, windowsEvent, ...webKinds, ...wrapperKinds]
