import type { JsonObject } from './json.ts'
import { seenDifferences } from './seen-differences.ts'

/**
 * Everything that may go wrong with one resource or one site and is expected to, as data. Wording: `describeFailure`.
 * `removed`: what the same run has removed to make it anew, which then failed so; absent = nothing.
 */
export type Failure = Cause & { readonly removed?: string }

type Cause =
  /** No connection, or none that answered. Says nothing about what exists on the host. */
  | { readonly kind: 'unreachable'; readonly host: string; readonly detail: string }
  /** The connection was lost while something may have run; resolved by looking. */
  | {
      readonly kind: 'unknown'
      readonly host: string
      readonly detail: string
      /** What was tried, and why the look after it could not tell; absent = the host did not answer any more. */
      readonly unseen?: { readonly act: string; readonly because: string }
    }
  /** `expected`: the keys on record; undefined = there is none. */
  | {
      readonly kind: 'host-key'
      readonly host: string
      readonly expected: string | undefined
      readonly got: string
    }
  | { readonly kind: 'login'; readonly host: string; readonly account: string; readonly detail: string }
  /** The address is in a network that is never a target. */
  | { readonly kind: 'off-limits'; readonly host: string; readonly network: string; readonly by: string }
  /** The host no longer looks as it did when the plan was made; nothing ran. */
  | {
      readonly kind: 'changed'
      readonly host: string
      readonly resource: string
      readonly planned: JsonObject | null
      readonly now: JsonObject | null
      /** What else on that host was found changed by the same look; absent = nothing. */
      readonly also?: readonly {
        readonly resource: string
        readonly planned: JsonObject | null
        readonly now: JsonObject | null
      }[]
    }
  /** Something that is not ours exists under that name. */
  | {
      readonly kind: 'exists'
      readonly host: string
      readonly resource: string
      /** Whose it is on the host's record, and since when; undefined: it has none. */
      readonly owner: string | undefined
      /** What `adopt` must be for it to be taken from that owner. */
      readonly takeFrom?: string
      /** The record is there, the thing is not. */
      readonly gone?: true
    }
  /** A rule of the kind forbids it. */
  | {
      readonly kind: 'refused'
      readonly host: string
      readonly resource: string
      readonly rule: string
      readonly because: string
      readonly fix: string
    }
  /** It can't be seen: neither absent nor present. */
  | {
      readonly kind: 'unobservable'
      readonly host: string
      readonly resource: string
      readonly because: string
    }
  /** Not now: waits for a restart, a file, a window. */
  | {
      readonly kind: 'deferred'
      readonly host: string
      readonly resource: string
      readonly because: string
      readonly fix: string
    }
  /** A script failed on the host. */
  | {
      readonly kind: 'script'
      readonly host: string
      readonly resource: string
      readonly step: string
      readonly fqid: string
      readonly category: string
      readonly message: string
    }
  /** The host is managed from elsewhere; nothing ran. `from`: organisation and backend; undefined = its record can't be read. */
  | {
      readonly kind: 'managed'
      readonly host: string
      readonly from: string | undefined
      readonly by: string | undefined
      readonly since: string | undefined
    }
  /** Another process has taken the link over since this one held it; this one stopped. `by`, `at`: undefined = not known. */
  | {
      readonly kind: 'fenced'
      readonly host: string
      readonly by: string | undefined
      readonly at: string | undefined
    }
  /** Who may use the link can't be read or written; nothing was sent. */
  | { readonly kind: 'leases'; readonly host: string; readonly detail: string }
  /** What is about to be done can't be written down here; nothing was sent. */
  | { readonly kind: 'unwritten'; readonly host: string; readonly detail: string }
  /** The host spoke something that is not our protocol. */
  | { readonly kind: 'protocol'; readonly host: string; readonly detail: string }
  | { readonly kind: 'interrupted'; readonly host: string }

/** One line for a person: where, what was seen, what is true now, what to do next. */
export const describeFailure = (f: Failure): string =>
  f.removed === undefined
    ? wordsOf(f)
    : `${f.host}: ${f.removed} was removed to be made anew, and the new one is not made. ${wordsOf(f)}`

function wordsOf(f: Cause): string {
  switch (f.kind) {
    case 'unreachable':
      return `${f.host}: not reachable (${f.detail}). Its state is untouched. Run again when the link is up.`
    case 'unknown':
      if (f.unseen !== undefined)
        return `${f.host}: ${f.unseen.act} may or may not have happened (${f.detail}): what is there can't be seen now (${f.unseen.because}). Nothing more was done. Correct that there and run again: the host is looked at before anything else. chancery resolve <site> tells whether it can be seen.`
      return `${f.host}: the connection was lost during an act (${f.detail}); whether it happened is not known yet. Run again: the host is looked at before anything else.`
    case 'host-key':
      return f.expected === undefined
        ? `${f.host}: no host key is on record for it; it shows ${f.got}. No credential was sent. Compare the fingerprint on its console and run: chancery trust <site>.`
        : `${f.host}: shows another host key than the one on record: expected ${f.expected}, got ${f.got}. No credential was sent. If the host was re-installed, compare the fingerprint on its console and run: chancery trust <site>.`
    case 'login':
      return `${f.host}: login of ${f.account} refused (${f.detail}). Nothing ran. Check the account and its key.`
    case 'off-limits':
      return `${f.host}: in the network ${f.network}, which is never a target (${f.by}). Nothing was sent. No flag overrides this.`
    case 'changed':
      return `${f.host}: ${f.resource} no longer looks as it did when the plan was made; nothing ran on this host. ${differing(f.planned, f.now)}${f.also === undefined ? '' : ` The same holds of ${f.also.map((one) => one.resource).join(', ')}.`} Preview again.`
    case 'exists':
      return f.owner === undefined
        ? `${f.host}: ${f.resource} exists already and is nobody’s on record. Nothing was changed. Set adopt: true on the resource to take it over as it is declared; chancery import writes the lines that declare it as it is.`
        : `${f.host}: ${f.resource} ${f.gone === true ? 'is not there, but on record as' : 'exists already and is'} owned by ${f.owner}. Nothing was changed. Remove it there first. If that stack is no more, take it over by naming it${f.takeFrom === undefined ? '' : `: adopt: '${f.takeFrom}'`}.`
    case 'refused':
      return `${f.host}: ${f.resource} refused by rule ${f.rule}: ${f.because}. Nothing was changed. ${f.fix}`
    case 'unobservable':
      return `${f.host}: ${f.resource} can't be seen (${f.because}), so nothing is known of it and nothing more was done. Correct that there and run again.`
    case 'deferred':
      return `${f.host}: ${f.resource} is deferred: ${f.because}. ${f.fix}`
    case 'script':
      return `${f.host}: ${f.resource}, step ${f.step} failed: ${f.message} (${f.fqid}, ${f.category}). Correct the cause there and run again: it goes on from what is there.`
    case 'managed':
      return f.from === undefined
        ? `${f.host}: its record of where it is managed from (%ProgramData%\\Chancery\\managed.json) can't be read. Nothing was changed. If it is to be managed from here: chancery takeover <site> --reason <why>.`
        : `${f.host}: is managed from ${f.from}${f.since === undefined ? '' : ` since ${f.since} (its clock, UTC)`}${f.by === undefined ? '' : `, last by ${f.by}`}. Nothing was changed. If it is to be managed from here: chancery takeover <site> --reason <why>.`
    case 'fenced':
      return `${f.host}: another run took over${f.at === undefined ? '' : ` at ${f.at}`}${f.by === undefined ? '' : ` (${f.by})`}. This one stopped: no further step of it runs there, and it uses the link no more. Preview again to see what is there now.`
    case 'leases':
      return `${f.host}: ${f.detail} Nothing was sent.`
    case 'unwritten':
      return `${f.host}: what is about to be done there can't be written down here first (${f.detail}). Nothing was sent. Correct that and run again.`
    case 'protocol':
      return `${f.host}: answered what is not our protocol: ${f.detail}. Nothing is assumed of what ran. Run again: the host is looked at before anything else; if it comes back, run: chancery doctor <site>.`
    case 'interrupted':
      return `${f.host}: interrupted before it started. Nothing ran. Run again when it may go on.`
  }
}

const mostTold = 4

/** What differs, in one line; a table beside each other is `lib/cli/view/changed.ts`. */
function differing(planned: JsonObject | null, now: JsonObject | null): string {
  if (planned === null) return 'It was absent and is there now.'
  if (now === null) return 'It was there and is gone.'
  const all = seenDifferences(planned, now)
  const told = all
    .slice(0, mostTold)
    .map((one) => `${one.property}: planned on ${one.planned}, now ${one.now}`)
  const more = all.length > mostTold ? [`${all.length - mostTold} more`] : []
  return `${[...told, ...more].join('; ')}.`
}
