/**
 * Memory that one engine takes beside what all of them share, bytes. Measured for a stack of ten resources: 50 to 60 MB; a larger state
 * takes more.
 */
const engineBytes = 80 * 1024 ** 2
/** Of what is free this share is for engines; the rest is for sites' contents, connections, and whatever else the machine does. */
const share = 0.5
/** Engines for each processor: one waits for its link most of the time, and took a third of a second of a processor for ten resources. */
const perProcessor = 8
/** Pulumi listens to the process once for each program that runs; above this Node takes it for a leak and warns. */
const most = 28
/** So that one site that waits for its link holds up no other. */
const fewest = 2

/** How many engines may carry out plans at once: as many as are worth it, and as fit into what is free of the memory. */
export const enginesAtOnce = (processors: number, freeBytes: number): number =>
  Math.max(fewest, Math.min(most, perProcessor * processors, Math.floor((freeBytes * share) / engineBytes)))
