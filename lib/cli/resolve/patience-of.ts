import { UsageError } from '../command.ts'

/** How long a lost host is tried again, ms, as the person says: `--patience`, else `CHANCERY_PATIENCE`; undefined = they say nothing. */
export function patienceOf(
  option: number | undefined,
  env: { readonly [name: string]: string | undefined },
): number | undefined {
  if (option !== undefined) return milliseconds(option, '--patience', String(option))
  const text = env['CHANCERY_PATIENCE']?.trim() ?? ''
  return text === '' ? undefined : milliseconds(Number(text), 'CHANCERY_PATIENCE', `"${text}"`)
}

function milliseconds(seconds: number, name: string, got: string): number {
  if (Number.isFinite(seconds) && seconds >= 0) return seconds * 1000
  throw new UsageError(`${name}: expected seconds, 0 or more, got ${got}`)
}
