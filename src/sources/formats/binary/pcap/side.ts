// The two ends of a flow, told apart.

/** Index of a side: 0 sent the first packet that was seen. */
export type Side = 0 | 1
