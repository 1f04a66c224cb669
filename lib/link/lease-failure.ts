import { describeHolder, type Holder } from './holder.ts'

/** The link was taken over by another process while this one was not looking. */
export class LeaseLost extends Error {
  readonly link: string
  /** Who has it now; undefined = nobody, or it is not known. */
  readonly by: Holder | undefined
  constructor(link: string, by?: Holder) {
    super(
      by === undefined
        ? `the lease of link ${link} ran out and is another's or nobody's`
        : `${describeHolder(by)} took over link ${link} at ${new Date(by.since).toISOString()}`,
    )
    this.link = link
    this.by = by
  }
}

/** What is wrong with a store of leases. */
export type LeaseStoreProblem =
  | 'nowhere'
  | 'unwritable'
  | 'corrupt'
  | 'full'
  | 'newer'
  | 'busy'
  | 'unreachable'
  | 'refused'
  | 'setting'
  | 'no-database'
  | 'standby'
  | 'crowded'
  | 'other-shape'

/** A store of leases can't be read or written, so no link may be used. The message says where, what, and what to do. */
export class LeaseStoreUnusable extends Error {
  readonly where: string
  readonly problem: LeaseStoreProblem
  constructor(where: string, problem: LeaseStoreProblem, detail: string) {
    super(`${where}: ${detail}. Who may use which link is kept there, so none is used. ${fixes[problem]}`)
    this.where = where
    this.problem = problem
  }
}

const fixes: { readonly [problem in LeaseStoreProblem]: string } = {
  nowhere: 'Set CHANCERY_MACHINE_FOLDER to a folder of this machine that this account may write.',
  unwritable:
    'Give this account the right to write it and its folder, or set CHANCERY_MACHINE_FOLDER to a folder that everybody here who uses these links may write.',
  corrupt:
    'When no other chancery runs, move the file (and those beside it that end in -wal and -shm) away; a new one is made.',
  full: 'Make room on that disk, then run again.',
  newer: 'Use that version of Chancery, or one after it.',
  busy: 'Others have kept it locked for too long: end them, or run again.',
  unreachable: 'Is the database server up, and reached from here?',
  refused:
    'Check the account, its rights, and its password (PGPASSWORD, or PGPASSFILE, else ~/.pgpass); it needs CREATE on the database once, or SELECT, INSERT, UPDATE and DELETE on the tables of its schema chancery.',
  setting: 'Correct leases.postgres in organisation.yaml.',
  'no-database': 'Create it, or correct its name in leases.postgres of organisation.yaml.',
  standby: 'Name the server that takes writes in leases.postgres of organisation.yaml.',
  crowded: 'End other connections, or raise max_connections there; then run again.',
  'other-shape':
    'When no other chancery runs, drop the tables lease, lease_waiting and lease_store of its schema chancery; they are made anew.',
}
