import type { Failure } from '../../domain/failure.ts'
import type { DeliveryFailure, DeliverySource } from './contract.ts'
import type { DeliveryTrouble } from './wire.ts'

type Named = Pick<DeliverySource, 'name' | 'size' | 'path'>

/** What became of a delivery, in the words of the domain. */
export function failureOf(host: string, content: Named, failure: DeliveryFailure): Failure {
  const base = { host, resource: content.name }
  switch (failure.kind) {
    case 'lost':
      return gaveUp(host, content, failure.at, failure.detail)
    case 'interrupted':
      return { kind: 'interrupted', host }
    case 'protocol':
      return { kind: 'protocol', host, detail: failure.detail }
    case 'source-changed':
      return {
        kind: 'refused',
        ...base,
        rule: 'source-changed',
        because: `${failure.path} is no longer the file that was previewed (${failure.detail})`,
        fix: 'Run again once nobody writes to it.',
      }
    case 'source-unreadable':
      return {
        kind: 'refused',
        ...base,
        rule: 'source-unreadable',
        because: `${failure.path} can't be read (${failure.detail})`,
        fix: 'Check the file and its rights, and run again.',
      }
    case 'refused':
      return troubleOf(base, content, failure.at, failure.trouble)
  }
}

function troubleOf(
  base: { readonly host: string; readonly resource: string },
  content: Named,
  at: number,
  trouble: DeliveryTrouble,
): Failure {
  const arrived = at > 0 ? ` ${at} of ${content.size} bytes are there and stay.` : ''
  const refuse = (rule: string, because: string, fix: string): Failure => ({
    kind: 'refused',
    ...base,
    rule,
    because,
    fix: `${fix}${arrived}`,
  })
  switch (trouble.why) {
    case 'busy':
      return {
        kind: 'deferred',
        ...base,
        because: 'another delivery of the same content is under way to this host',
        fix: 'Run again once that is done: what it brought is then there.',
      }
    case 'space':
      return refuse(
        'disk-space',
        `${trouble.need} bytes are needed on the volume of %ProgramData%, beside 1 MiB that stays free; ${trouble.free} are free`,
        'Make room there and run again.',
      )
    case 'fenced':
      return {
        kind: 'refused',
        ...base,
        rule: 'fenced',
        because: 'the host is managed by somebody else',
        fix: 'If it is to be managed from here: chancery takeover <site> --reason <why>.',
      }
    case 'base':
      return refuse(
        'base',
        `the version ${trouble.sha} that it was encoded against is gone or corrupted`,
        'Run again.',
      )
    case 'sum':
    case 'order':
      return refuse(
        'chunk',
        'what arrived is not what was sent, three times',
        'Look into the line and the host’s memory, and run again.',
      )
    case 'whole':
      return refuse(
        'whole',
        `what is there as a whole has the SHA-256 ${trouble.got}`,
        'Run again: it is sent from its start.',
      )
    case 'bundle':
      return refuse(
        'bundle',
        bundleWords[trouble.what],
        'Check the folder, or write the bundle again: chancery prestage.',
      )
    case 'error':
      return {
        kind: 'script',
        ...base,
        step: 'deliver',
        fqid: trouble.type,
        category: 'WriteError',
        message: `${trouble.message}${arrived}`,
      }
  }
}

const bundleWords = {
  'no-manifest': 'the folder holds no manifest of a bundle',
  'bad-manifest': 'the manifest of the bundle can’t be read, or is not one of this program',
  'not-listed': 'the manifest does not list this content',
  missing: 'the manifest lists it, and its file is missing',
  size: 'its file has another size than the manifest says',
  sha: 'its file has another SHA-256 than the manifest says',
} as const

/** Nothing arrived for too long. */
export const gaveUp = (host: string, content: Named, at: number, detail: string): Failure => ({
  kind: 'unreachable',
  host,
  detail: `${content.name}: ${at} of ${content.size} bytes are there and stay; ${detail}`,
})

/** No window of the week lets it cross. */
export const neverOpen = (host: string, content: Named): Failure => ({
  kind: 'deferred',
  host,
  resource: content.name,
  because: 'no window of the week is open for it',
  fix: 'Give it one in the inventory: by class of link in organisation.yaml, or for the site in exceptions/.',
})
