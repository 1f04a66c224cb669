import type { Owner } from '../../transport/wire.ts'
import { describeOwner } from '../../reconcile/ownership.ts'
import { table } from '../view/table.ts'
import type { Marked } from './mark.ts'
import { titleOf } from './pick.ts'

/** What one host has, for a person and for `--json`. */
export type HostListing = {
  readonly host: string
  readonly things: readonly Marked[]
  readonly unseen: readonly { readonly token: string; readonly because: string }[]
  readonly orphans: readonly Owner[]
}

/** The numbered list of what exists; numbers go on from host to host. */
export function listingText(hosts: readonly HostListing[], width: number | undefined): string {
  const numbered = hosts.flatMap(({ things }) => things)
  const numbers = new Map(numbered.map((one, i) => [one, String(i + 1)]))
  return hosts
    .map((listing) =>
      [
        listing.things.length === 0
          ? `${listing.host}: nothing of these kinds.`
          : table<Marked>(
              [
                { title: '', cell: (one) => numbers.get(one) ?? '', align: 'right' },
                { title: listing.host, cell: titleOf },
                { title: 'whose', cell: whose, wrapTo: 24 },
                { title: 'can be declared', cell: declarable, wrapTo: 24 },
              ],
              listing.things,
              width,
            ),
        ...listing.unseen.map(
          ({ token, because }) =>
            `${listing.host}: ${token} can't be seen: ${because}. Nothing is known of it.`,
        ),
        ...listing.orphans.map(
          (owner) =>
            `${listing.host}: ${describeOwner(owner)} has a record of something that is not there under its name. If it was renamed by hand, it is theirs.`,
        ),
      ].join('\n'),
    )
    .join('\n\n')
}

function whose({ mark }: Marked): string {
  switch (mark.by) {
    case 'nobody':
      return 'nobody’s'
    case 'us':
      return `ours: ${mark.urn.slice(mark.urn.lastIndexOf('::') + 2)}${mark.held ? '' : ', begun: not in the state yet'}`
    case 'other':
      return describeOwner(mark.owner)
  }
}

const declarable = ({ thing }: Marked): string =>
  thing.state === 'refused'
    ? `no: ${thing.because}. ${thing.fix}`
    : thing.notes.length === 0
      ? 'yes'
      : `yes, but ${thing.notes.join('; ')}`

/** The listings as `--json` has them. */
export const listingsJson = (listings: readonly HostListing[]) => ({
  hosts: listings.map(({ host, things, unseen, orphans }) => ({
    host,
    things: things.map(thingJson),
    unseen,
    orphans,
  })),
})

const thingJson = (one: Marked) => ({
  host: one.host,
  kind: one.thing.token,
  identity: one.thing.identity,
  title: titleOf(one),
  mark: one.mark,
  ...(one.thing.state === 'described'
    ? { ...inputsToShow(one, one.thing), notes: one.thing.notes }
    : { refused: one.thing.because, fix: one.thing.fix }),
})

/** Of what somebody has, nothing that they may have declared secret. */
function inputsToShow(
  { mark }: Marked,
  { want, maybeSecret }: Pick<Extract<Marked['thing'], { state: 'described' }>, 'want' | 'maybeSecret'>,
) {
  if (mark.by === 'nobody' || maybeSecret.length === 0) return { want }
  const shown = Object.fromEntries(Object.entries(want).filter(([name]) => !maybeSecret.includes(name)))
  return { want: shown, withheld: maybeSecret }
}
