import { didYouMean } from './complaint.ts'
import type { Reading } from './socket-address.ts'

const zones = new Map<string, boolean>()

/** A zone that the clocks of this program know. */
export const timeZone = (text: string): Reading<string> => {
  const known = zones.get(text) ?? isZone(text)
  zones.set(text, known)
  return known
    ? { value: text }
    : {
        expected: 'an IANA time zone',
        fix: didYouMean(text, Intl.supportedValuesOf('timeZone')) || 'Write one such as Asia/Beirut.',
      }
}

function isZone(text: string): boolean {
  if (!/^([A-Z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)+|UTC)$/.test(text)) return false
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
