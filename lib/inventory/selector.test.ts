import { describe, expect, test } from 'vitest'
import { loadInventory } from './load.ts'
import { chooseSites, parseSelector, selectSites } from './selector.ts'
import { formatComplaints } from './complaint.ts'
import { join } from 'node:path'

const loaded = loadInventory(join(import.meta.dirname, '../../inventories/ministry'))
if (!loaded.ok) throw new Error(formatComplaints(loaded.error))
const { sites } = loaded.value

const select = (text: string): readonly string[] | string => {
  const selector = parseSelector(text)
  if (!selector.ok) return selector.error
  const found = selectSites(sites, selector.value)
  return found.ok ? found.value.map(({ id }) => id) : found.error
}

describe('a selector', () => {
  test.each([
    ['beirut', ['beirut']],
    ['beirut,nairobi', ['beirut', 'nairobi']],
    ['nairobi|beirut', ['beirut', 'nairobi']],
    ['id=beirut|nairobi', ['beirut', 'nairobi']],
    ['brussels-*', ['brussels-eu', 'brussels-nato']],
    ['brussels*,size=large', ['brussels-eu']],
    ['BEIRUT', ['beirut']],
    ['link=satellite, size=small', ['beirut', 'damascus', 'harare', 'niamey', 'tehran', 'thimphu']],
    ['country=lb|SY', ['beirut', 'damascus']],
    ['kind=home', ['asiatisk-plads']],
    ['second-line=satellite-backup,size=small', ['cotonou', 'lusaka']],
  ])('%s means what it says', (text, expected) => {
    expect(select(text)).toEqual(expected)
  })

  test('of profiles covers all missions', () => {
    expect(select('profile=mission-server|serverless|serverless-gateway').length).toBe(107)
    expect(select('*').length).toBe(108)
  })

  test.each([
    ['bierut', 'selector "bierut": expected the id of a site, got "bierut". Did you mean "beirut"?'],
    [
      'beirut,nairobbi',
      'selector "beirut,nairobbi": expected the id of a site, got "nairobbi". Did you mean "nairobi"?',
    ],
    ['zz-*', 'selector "zz-*": expected the id of a site, got "zz-*".'],
    [
      'lnik=satellite',
      'selector "lnik=satellite": expected a key of id, link, second-line, profile, size, country, kind, provenance, got "lnik". Did you mean "link"?',
    ],
    [
      'link=satelite',
      'selector "link=satelite": expected link of a site, got "satelite". Did you mean "satellite"?',
    ],
    [
      'size=tiny',
      'selector "size=tiny": expected size of a site, got "tiny". Known: small, medium, large, home.',
    ],
    ['link=', 'selector "link=": expected a value on both sides of |, got nothing. Write key=value|value.'],
    [
      'beirut,',
      'selector "beirut,": expected key=value or the id of a site between commas, got nothing. Remove a comma.',
    ],
    ['', 'selector "": expected key=value or the id of a site between commas, got nothing. Remove a comma.'],
    [
      'link=satellite,country=DK',
      'selector "link=satellite,country=DK": no site matches all of it. Leave a term out.',
    ],
    [
      '__proto__=x',
      'selector "__proto__=x": expected a key of id, link, second-line, profile, size, country, kind, provenance, got "__proto__".',
    ],
  ])('"%s" is refused with what is near', (text, expected) => {
    expect(select(text)).toBe(expected)
  })
})

describe('chooseSites', () => {
  test('gives all sites when nothing is named', () => {
    expect(chooseSites(sites, [])).toEqual({ ok: true, value: sites })
  })

  test('gives the union of several selectors, each site once and in the order of the register', () => {
    const chosen = chooseSites(sites, ['nairobi', 'country=LB', 'beirut'])
    expect(chosen.ok && chosen.value.map(({ id }) => id)).toEqual(['beirut', 'nairobi'])
  })

  test('tells every selector that means nothing', () => {
    const chosen = chooseSites(sites, ['bierut', 'beirut', 'size=tiny'])
    expect(chosen.ok ? [] : chosen.error.length).toBe(2)
  })
})
