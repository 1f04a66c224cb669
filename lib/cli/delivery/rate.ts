/** How fast something grows: over the last seconds, so that a pause or a change of the budget shows soon. */
export class RecentRate {
  readonly #points: { readonly at: number; readonly total: number }[] = []

  /** Notes a total at an instant, ms; gives the rate per second, undefined while too little is known. */
  note(at: number, total: number): number | undefined {
    const last = this.#points.at(-1)
    if (last !== undefined && total < last.total) this.#points.length = 0
    this.#points.push({ at, total })
    while (this.#points.length > 2 && at - this.#points[0]!.at > spanMs) this.#points.shift()
    const first = this.#points[0]!
    return at - first.at < shortestMs ? undefined : ((total - first.total) * 1000) / (at - first.at)
  }
}

const spanMs = 15_000
const shortestMs = 1500
