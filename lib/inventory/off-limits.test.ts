import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { OffLimitsNetwork } from '../domain/site.ts'
import { offLimits, parsePattern, parseRange } from './off-limits.ts'

const regnem: OffLimitsNetwork = {
  id: 'regnem',
  name: 'REGNEM',
  ranges: ['10.201.0.0/16', 'fdc5:201::/32'],
  hostNames: ['regnem.example', '*.regnem.example', 'gw.*.secure.example', 'blåbær.example'],
}
const osce: OffLimitsNetwork = { id: 'osce', name: 'OSCE network', ranges: ['10.203.7.0/25'], hostNames: [] }
const networks = [regnem, osce]

describe('offLimits', () => {
  test.each([
    ['as written', '10.201.2.3'],
    ['at the first address of the range', '10.201.0.0'],
    ['at the last', '10.201.255.255'],
    ['as IPv4 mapped into IPv6', '::ffff:10.201.2.3'],
    ['the same in hex groups', '::ffff:ac9:203'],
    ['the same in brackets', '[::FFFF:0ac9:0203]'],
    ['the same written out', '0:0:0:0:0:ffff:0ac9:0203'],
    ['as IPv4 compatible', '::10.201.2.3'],
    ['as IPv4 translated', '::ffff:0:10.201.2.3'],
    ['through NAT64', '64:ff9b::10.201.2.3'],
    ['through 6to4', '2002:ac9:203::1'],
    ['as one decimal number', '180945411'],
    ['as one hex number', '0x0ac90203'],
    ['in octal parts', '012.0311.02.03'],
    ['in three parts', '10.201.515'],
    ['in two parts', '10.13173251'],
    ['in full-width digits', '１０.２０１.２.３'],
    ['with a dot at its end', '10.201.2.3.'],
    ['as IPv6 with a zone', 'fdc5:201::1%eth0'],
    ['as IPv6 in capitals', 'FDC5:0201:0:0::FFFF'],
  ])('recognises an address %s', (_, address) => {
    expect(offLimits(networks, { address })?.id).toBe('regnem')
    expect(offLimits(networks, { hostName: address })?.id).toBe('regnem')
  })

  test.each([
    '10.200.255.255',
    '10.202.0.0',
    '::ffff:10.202.0.1',
    'fdc5:202::1',
    '180879875',
    '2002:ac8:203::1',
    '::1',
    '127.0.0.1',
    '10.203.7.128',
  ])('leaves %s alone, which is beside every range', (address) => {
    expect(offLimits(networks, { address })).toBeUndefined()
  })

  test('names the network that forbids', () => {
    expect(offLimits(networks, { address: '10.203.7.127' })).toBe(osce)
  })

  test.each([
    'regnem.example',
    'REGNEM.Example',
    'regnem.example.',
    'a.regnem.example',
    'a.b.c.regnem.example',
    'gw.x.y.secure.example',
    'BLÅBÆR.example',
    'xn--blbr-roah.example',
  ])('recognises the name %s', (hostName) => {
    expect(offLimits(networks, { hostName })?.id).toBe('regnem')
  })

  test.each(['regnem.example.org', 'xregnem.example', 'regnemxexample', 'gw.secure.example', 'example', ''])(
    'leaves the name "%s" alone',
    (hostName) => {
      expect(offLimits(networks, { hostName })).toBeUndefined()
    },
  )

  test('sees the address behind a harmless name, and the name before a harmless address', () => {
    expect(offLimits(networks, { hostName: 'harmless.example', address: '10.201.0.9' })?.id).toBe('regnem')
    expect(offLimits(networks, { hostName: 'a.regnem.example', address: '192.0.2.1' })?.id).toBe('regnem')
    expect(offLimits(networks, {})).toBeUndefined()
  })

  test('agrees with arithmetic on every IPv4 address, however it is written', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.nat({ max: 0xffffffff }), fc.integer({ min: 0x0ac8f000, max: 0x0aca1000 })),
        (n) => {
          const inside = n >>> 16 === 0x0ac9
          const quad = [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255].join('.')
          for (const address of [
            quad,
            String(n),
            `0x${n.toString(16)}`,
            `0${n.toString(8)}`,
            `::ffff:${quad}`,
            `64:ff9b::${quad}`,
          ])
            expect(offLimits([regnem], { address })?.id).toBe(inside ? 'regnem' : undefined)
        },
      ),
    )
  })

  test('never throws, whatever it is asked', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.ipV6(),
          fc.webAuthority(),
          fc.string({ unit: fc.constantFrom(...'0123456789abcdefx:.%[]/@-') }),
        ),
        (text) => {
          offLimits(networks, { address: text, hostName: text })
        },
      ),
      { numRuns: 1_000 },
    )
  })
})

describe('parseRange', () => {
  test.each(['10.0.0.0/8', '0.0.0.0/0', '10.1.2.3/32', 'fd00::/8', '::/0', '2001:db8::1/128'])(
    'takes %s',
    (text) => {
      expect(parseRange(text)).toMatchObject({ bits: Number(text.split('/')[1]) })
    },
  )

  test.each([
    ['10.0.0.0', 'a CIDR block such as 10.201.0.0/16 or fdc5:201::/32'],
    ['10.0.0.0/33', 'a prefix of at most 32 bits'],
    ['fd00::/129', 'a prefix of at most 128 bits'],
    ['10.0.0/8', 'an IPv4 or IPv6 address before the /'],
    ['010.0.0.0/8', 'an IPv4 or IPv6 address before the /'],
    ['fe80::%eth0/64', 'an IPv4 or IPv6 address before the /'],
    ['10.1.0.0/8', 'a block without host bits beyond /8'],
    ['fd00::1/64', 'a block without host bits beyond /64'],
    ['::ffff:10.0.0.0/104', 'an IPv4 block as such, which forbids its IPv6 forms too'],
  ])('says what is wrong with %s', (text, expected) => {
    expect(parseRange(text)).toBe(expected)
  })
})

test('parsePattern takes * for whole labels only', () => {
  expect(parsePattern('*.regnem.example')).toBeInstanceOf(RegExp)
  for (const text of ['*regnem.example', 'a..b', '', '.example', 'a b.example', 'a*'])
    expect(parsePattern(text)).toEqual(expect.any(String))
})
