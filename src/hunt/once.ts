// Of the model, since the rooms below use it too.
export { once } from "../model/once.js"
