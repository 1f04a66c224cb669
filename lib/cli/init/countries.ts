/** What is known of countries. Source: CLDR, as Node has it; before Node 24 as properties. */
type Region = Intl.Locale & {
  getTimeZones?(): readonly string[]
  readonly timeZones?: readonly string[]
  getWeekInfo?(): { readonly weekend: readonly number[] }
  readonly weekInfo?: { readonly weekend: readonly number[] }
}

const region = (country: string): Region => new Intl.Locale(`und-${country}`)

/** IANA zones of a country by its ISO code; none where it is not known. */
export function zonesOf(country: string): readonly string[] {
  const locale = region(country)
  return locale.getTimeZones?.() ?? locale.timeZones ?? []
}

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

/** Days of the weekend of a country by its ISO code. */
export function weekendOf(country: string): readonly (typeof days)[number][] {
  const locale = region(country)
  const weekend = (locale.getWeekInfo?.() ?? locale.weekInfo)?.weekend ?? []
  return days.filter((_, at) => weekend.includes(at + 1))
}
