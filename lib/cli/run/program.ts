import { existsSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Estate } from '../../domain/profile.ts'
import type { ProgramContext } from '../../domain/program.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import type { Site } from '../../domain/site.ts'

/** The module of a program: a name of `stacks/`, or a path. */
export function programModule(program: string, cwd: string): Result<{ name: string; url: string }, string> {
  const byPath = /[\\/]|\.m?[jt]s$/.test(program)
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'))
  const url = byPath
    ? pathToFileURL(isAbsolute(program) ? program : resolve(cwd, program))
    : new URL(`../../../stacks/${program}${extension}`, import.meta.url)
  if (!existsSync(url)) {
    return err(
      `program ${program}: expected ${byPath ? 'a file' : 'the name of a program in stacks/'}, found none at ${url.pathname}. Nothing was changed. Name an existing program with --program.`,
    )
  }
  const name = byPath ? (program.split(/[\\/]/).at(-1) ?? program).replace(/\.m?[jt]s$/, '') : program
  return ok({ name, url: url.href })
}

/** Pulumi stack of a program at a site: `mission.beirut`. */
export const stackName = (program: string, site: string): string => `${program}.${site}`

export function contextOf(estate: Estate, site: Site): ProgramContext {
  const profile = estate.siteProfiles.get(site.id)
  if (profile === undefined) throw new Error(`Internal error: site ${site.id} has no profile`)
  return { site, profile, organisation: estate.organisation }
}
