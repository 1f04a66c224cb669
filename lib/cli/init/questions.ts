import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { anyText, countryCode, kebabId, oneOf, timeZone, wholeNumber } from '../../inventory/cells.ts'
import { type Reading, socketAddress } from '../../inventory/socket-address.ts'

import { zonesOf } from './countries.ts'

/** What a new organisation is made of. */
export type Answers = {
  readonly organisation: string
  /** `folder`: one of our own beside the project; else the URL of a backend that operators share. */
  readonly state: string
  /** `environment`, or the absolute path of the file that has it. */
  readonly passphrase: string
  readonly account: string
  /** `agent`, or the absolute path of a private key. */
  readonly key: string
  readonly port: number
  readonly site: string
  readonly siteName: string
  readonly country: string
  readonly timeZone: string
  readonly users: number
  readonly link: 'satellite' | 'terrestrial' | 'lan'
  readonly kbitPerS: number
  readonly rttMs: number
  readonly address: string
}

/** One question: an option of the same meaning, how its answer is read, and what is taken where a person gives none. */
export type Question = {
  readonly key: keyof Answers
  /** Without the dashes. */
  readonly option: string
  readonly ask: string
  readonly read: (text: string, cwd: string) => Reading<Answers[keyof Answers]>
  /** From what was answered so far; undefined = it must be answered. */
  readonly otherwise?: (answers: Partial<Answers>, cwd: string) => string | undefined
}

/** In the order in which they are asked. */
export const questions: readonly Question[] = [
  { key: 'organisation', option: 'organisation', ask: 'Id of the organisation', read: kebabId },
  {
    key: 'state',
    option: 'state',
    ask: 'Where its states live: folder (one operator), or what operators share: postgres://user@host/database, s3://bucket?region=…, azblob://…, gs://…, file:///folder',
    read: readState,
    otherwise: () => 'folder',
  },
  {
    key: 'passphrase',
    option: 'passphrase',
    ask: 'Where the passphrase of the secrets in the states comes from: environment (PULUMI_CONFIG_PASSPHRASE), or the path of a file',
    read: readPassphrase,
    otherwise: ({ state }, cwd) =>
      state === 'folder' ? join(cwd, '.chancery', 'passphrase') : 'environment',
  },
  {
    key: 'account',
    option: 'account',
    ask: 'Account on the hosts',
    read: anyText,
    otherwise: () => 'chancery',
  },
  {
    key: 'key',
    option: 'key',
    ask: 'Private key to log in with: agent (the SSH agent), or the path of a file',
    read: (text, cwd) => (text === 'agent' ? { value: text } : pathOf(text, cwd)),
    otherwise: () => 'agent',
  },
  {
    key: 'port',
    option: 'port',
    ask: 'Port of SSH on the hosts',
    read: wholeNumber(1, 65535, 22),
    otherwise: () => '22',
  },
  { key: 'site', option: 'site', ask: 'Id of the first site', read: kebabId },
  {
    key: 'siteName',
    option: 'site-name',
    ask: 'Its name',
    read: anyText,
    otherwise: ({ site }) => site,
  },
  { key: 'country', option: 'country', ask: 'Its country, such as LB', read: countryCode },
  {
    key: 'timeZone',
    option: 'time-zone',
    ask: 'Its time zone, such as Asia/Beirut',
    read: timeZone,
    otherwise: ({ country }) => onlyZone(country),
  },
  {
    key: 'users',
    option: 'users',
    ask: 'How many people work there',
    read: wholeNumber(1, undefined, 10),
  },
  {
    key: 'link',
    option: 'link',
    ask: 'Its link: satellite, terrestrial or lan',
    read: oneOf(['satellite', 'terrestrial', 'lan']),
  },
  {
    key: 'kbitPerS',
    option: 'kbit-per-s',
    ask: 'What the link carries, kbit/s',
    read: wholeNumber(1, undefined, 512),
  },
  {
    key: 'rttMs',
    option: 'rtt-ms',
    ask: 'Round trip to the site and back, ms',
    read: wholeNumber(1, undefined, 600),
  },
  { key: 'address', option: 'address', ask: 'Address of its host', read: socketAddress },
]

/** A country with one zone needs no question. */
function onlyZone(country: string | undefined): string | undefined {
  const zones = country === undefined ? [] : zonesOf(country)
  return zones.length === 1 ? zones[0] : undefined
}

function readState(text: string): Reading<string> {
  if (text === 'folder') return { value: text }
  const expected = 'folder, or a URL: postgres://, s3://, azblob://, gs://, file:/// or https://'
  const scheme = /^(file|postgres|postgresql|s3|azblob|gs|https?):\/\/./.exec(text)?.[1]
  if (scheme === undefined)
    return { expected, fix: 'Write one such as postgres://chancery@db.example.org/states.' }
  if (scheme === 'file' && !text.startsWith('file:///'))
    return { expected: 'an absolute folder', fix: 'Write file:///srv/states, for example.' }
  if (!URL.canParse(text)) return { expected, fix: 'Correct the URL.' }
  const { password, searchParams } = new URL(text)
  if (password !== '' || searchParams.has('password'))
    return {
      expected: 'a URL without a password, for the inventory is no secret',
      fix: 'Leave it out, and set PGPASSWORD or PGPASSFILE.',
    }
  return { value: text }
}

function readPassphrase(text: string, cwd: string): Reading<string> {
  return text === 'environment' ? { value: text } : pathOf(text, cwd)
}

/** A path as a person writes it, absolute. */
function pathOf(text: string, cwd: string): Reading<string> {
  if (text.trim() === '' || text.includes('\0')) return { expected: 'the path of a file', fix: 'Write one.' }
  if (text === '~' || text.startsWith('~/')) return { value: join(homedir(), text.slice(1)) }
  return { value: isAbsolute(text) ? text : join(cwd, text) }
}
