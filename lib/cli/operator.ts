import { hostname, userInfo } from 'node:os'

/** Who works and where: `CHANCERY_OPERATOR` or the account's name, and the name of this machine. */
export function operatorOf(env: { readonly [name: string]: string | undefined }): string {
  const named = env['CHANCERY_OPERATOR']?.trim()
  return `${named === undefined || named === '' ? accountName() : named}@${hostname()}`
}

/** An account without an entry in the system's list still has a number. */
function accountName(): string {
  try {
    return userInfo().username
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`
  }
}
