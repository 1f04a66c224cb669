import { readFileSync } from 'node:fs'
import type { Estate } from '../../domain/profile.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import type { StackPlace } from '../../engine/place.ts'
import { withoutPassword } from '../../engine/stack-failure.ts'
import { type DigestKeys, digestKeysOf, noDigestKeys } from '../../reconcile/digest-key.ts'
import { keyCheck, type PlanDocument, type Sealer, sealerOf } from '../../reconcile/plan-file/index.ts'
import { isFileError } from '../run/own-folders.ts'

/** What seals the plans of an organisation's backend: a key made of the passphrase of its states' secrets, which every operator has. */
export function planSealer(
  estate: Pick<Estate, 'organisation' | 'stateBackend'>,
  place: Pick<StackPlace, 'passphrase' | 'env'>,
): Result<Sealer, string> {
  const passphrase = passphraseIn(place)
  if (!passphrase.ok) return passphrase
  if (passphrase.value === '')
    return err(
      "the passphrase of the states' secrets is empty, so anybody could write a plan and read its secrets. Nothing was changed. Set PULUMI_CONFIG_PASSPHRASE.",
    )
  return ok(sealerOf(passphrase.value, [estate.organisation, withoutPassword(estate.stateBackend)]))
}

/** Keys of the digests of secret inputs: none where there is no passphrase, which is told where one is needed. */
export function digestKeysFor(
  { organisation }: Pick<Estate, 'organisation'>,
  place: Pick<StackPlace, 'passphrase' | 'env'> | undefined,
): DigestKeys {
  const passphrase = place === undefined ? ok('') : passphraseIn(place)
  return passphrase.ok ? digestKeysOf(passphrase.value, organisation) : noDigestKeys
}

/** As the engine reads it: the variable before the file, blanks around the file's text left out. */
function passphraseIn({ passphrase, env }: Pick<StackPlace, 'passphrase' | 'env'>): Result<string, string> {
  switch (passphrase.from) {
    case 'value':
      return ok(passphrase.value)
    case 'file':
      return fileText(passphrase.path)
    case 'environment': {
      const value = env['PULUMI_CONFIG_PASSPHRASE']
      const file = env['PULUMI_CONFIG_PASSPHRASE_FILE']
      if (value !== undefined) return ok(value)
      return file === undefined ? ok('') : fileText(file)
    }
  }
}

function fileText(path: string): Result<string, string> {
  try {
    return ok(readFileSync(path, 'utf8').trim())
  } catch (error) {
    if (!isFileError(error)) throw error
    return err(`the passphrase can't be read (${error.message}). Nothing was changed.`)
  }
}

/** Why a plan's seal is not one of ours. */
export const foreignSeal = (plan: PlanDocument, sealer: Sealer): string =>
  plan.key === keyCheck(sealer)
    ? 'the plan: expected the seal of whoever has the passphrase, got another one: its content and its digest were changed after it was made. Nothing was changed. Fetch the file again from where it was approved, or make the plan anew.'
    : 'the plan: expected one made with the passphrase that is set here, got one made with another. Nothing was changed. Set PULUMI_CONFIG_PASSPHRASE, or PULUMI_CONFIG_PASSPHRASE_FILE, to that of the states in this backend.'
