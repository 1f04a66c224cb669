import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Holder } from '../../../lib/link/holder.ts'
import type { HeldLink, LeaseStore } from '../../../lib/link/lease.ts'

/** One process with the store open. */
export type Party = {
  readonly store: LeaseStore
  readonly pid: number
  /** It ends as a killed process does: nothing is given back. */
  die(): Promise<void>
  /** It lives and does nothing any more, for longer than a lease lasts. */
  hang(): Promise<void>
}

/** A store that processes share, made for one test. */
export type Shared = {
  open(): Promise<Party>
  close(): Promise<void>
}

/** What every store of leases does. */
export function leaseContract(name: string, share: () => Promise<Shared>): void {
  describe(`the leases of ${name}`, () => {
    let shared: Shared
    let [one, two, three]: Party[] = []
    beforeEach(async () => {
      shared = await share()
      ;[one, two, three] = [await shared.open(), await shared.open(), await shared.open()]
    })
    afterEach(() => shared.close())
    const refused = async (party: Party | undefined, link = 'beirut'): Promise<Holder | undefined> => {
      const taken = await party!.store.take(link)
      return taken.taken ? undefined : taken.by
    }
    /** Asks until it has the link: a holder that is gone is found out after some asking. */
    const tokenOf = async (party: Party | undefined, link = 'beirut'): Promise<number> => {
      for (;;) {
        const taken = await party!.store.take(link)
        if (taken.taken) return taken.token
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }

    test('give a link to one holder, whoever asks, and say who has it', async () => {
      expect(await one!.store.take('beirut')).toMatchObject({ taken: true, token: 1 })
      expect(await refused(two)).toMatchObject({ pid: one!.pid })
      expect(await two!.store.take('nairobi')).toMatchObject({ taken: true, token: 1 })
    })

    test('give it on with a higher token once it is given back, never with the same', async () => {
      const tokens: number[] = []
      for (const party of [one, two, one, three]) {
        const token = await tokenOf(party)
        tokens.push(token)
        await party!.store.release('beirut', token)
      }
      expect(tokens).toEqual([1, 2, 3, 4])
    })

    test('are renewed and given back by the holder only', async () => {
      await tokenOf(one)
      expect(await one!.store.renew('beirut', 1)).toEqual({ held: true, wanted: false })
      await one!.store.release('beirut', 1)
      expect(await one!.store.renew('beirut', 1)).toEqual({ held: false, by: undefined })
      await tokenOf(two)
      expect(await one!.store.renew('beirut', 1)).toMatchObject({ held: false, by: { pid: two!.pid } })
      await one!.store.release('beirut', 1)
      expect(await two!.store.renew('beirut', 2)).toMatchObject({ held: true })
      expect(await refused(one)).toMatchObject({ pid: two!.pid })
    })

    test('go to who asked first, also before a holder that asks again', async () => {
      await tokenOf(one)
      expect(await refused(two)).toMatchObject({ pid: one!.pid })
      expect(await refused(three)).toMatchObject({ pid: one!.pid })
      expect(await one!.store.renew('beirut', 1)).toEqual({ held: true, wanted: true })
      await one!.store.release('beirut', 1)
      expect(await refused(one)).toMatchObject({ pid: two!.pid })
      expect(await refused(three)).toMatchObject({ pid: two!.pid })
      await tokenOf(two)
      await two!.store.release('beirut', 2)
      expect(await refused(one)).toMatchObject({ pid: three!.pid })
      expect(await tokenOf(three)).toBe(3)
    })

    test('wait for nobody who stands in line no more, or is gone', async () => {
      await tokenOf(one)
      await refused(two)
      await two!.store.leave('beirut')
      await refused(three)
      await one!.store.release('beirut', 1)
      await three!.die()
      expect(await tokenOf(one)).toBe(2)
    })

    test('of a holder that dies go to the next', async () => {
      await tokenOf(one)
      await one!.die()
      expect(await tokenOf(two)).toBe(2)
    })

    test('of a holder that hangs go to the next, and it is told so when it comes back', async () => {
      await tokenOf(one)
      await one!.hang()
      expect(await tokenOf(two)).toBe(2)
      const late = await one!.store.renew('beirut', 1).catch(() => 'its session is over')
      if (typeof late !== 'string') expect(late).toMatchObject({ held: false, by: { pid: two!.pid } })
      await one!.store.release('beirut', 1).catch(() => undefined)
      expect(await two!.store.renew('beirut', 2)).toMatchObject({ held: true })
    })

    test('show who holds and who waits, in the order of asking', async () => {
      const seen = async (): Promise<readonly HeldLink[]> => three!.store.holders()
      expect(await seen()).toEqual([])
      await tokenOf(one)
      await tokenOf(one, 'nairobi')
      await refused(two)
      await refused(three)
      expect((await seen()).toSorted((a, b) => (a.link < b.link ? -1 : 1))).toMatchObject([
        {
          link: 'beirut',
          token: 1,
          holder: { pid: one!.pid },
          waiting: [{ pid: two!.pid }, { pid: three!.pid }],
        },
        { link: 'nairobi', token: 1, holder: { pid: one!.pid }, waiting: [] },
      ])
    })

    test('hand on what a holder said it had sent, and nothing of one that is gone without a word', async () => {
      const sent = { savedMs: 3, writes: [[40, 12.5] as const] }
      await one!.store.release('beirut', await tokenOf(one), sent)
      expect(await two!.store.take('beirut')).toMatchObject({ taken: true, token: 2, sent })
      await two!.die()
      const token = await tokenOf(three)
      await three!.store.release('beirut', token)
      expect(await one!.store.take('beirut')).toMatchObject({ taken: true, sent: undefined })
    })

    test('keep their tokens and their name when everybody is gone', async () => {
      const { id } = one!.store
      expect(two!.store.id).toBe(id)
      await one!.store.release('beirut', await tokenOf(one))
      for (const party of [one, two, three]) await party!.store.close()
      const again = await shared.open()
      expect(again.store.id).toBe(id)
      expect(await tokenOf(again)).toBe(2)
    })
  })
}
