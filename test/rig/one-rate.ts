import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Satellite links of an inventory get one rate all day, 480 kbit/s: the hour at which a test runs decides nothing. */
export function oneRateAllDay(inventory: string): void {
  const file = join(inventory, 'organisation.yaml')
  const text = readFileSync(file, 'utf8')
  const found = /^ +- { days: weekdays, from: '08:00', to: '18:00', kbitPerS: 128 }\n/m
  if (!found.test(text)) throw new Error(`${file} has other budgets for satellites`)
  writeFileSync(file, text.replace(found, ''))
}
