/** Which process holds a link, in words that help to find it. */
export type Holder = {
  /** Name of its machine. */
  readonly machine: string
  readonly pid: number
  /** Whose process it is. */
  readonly user: string
  /** When it took the link or began to wait, by the clock of its machine, in a database by the server's, ms. For people only. */
  readonly since: number
}

/** `anna on ops1, process 4711`. */
export const describeHolder = ({ user, machine, pid }: Pick<Holder, 'user' | 'machine' | 'pid'>): string =>
  `${user} on ${machine}, process ${pid}`
