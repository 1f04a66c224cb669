import { describe, expect, it, beforeAll } from 'vitest'
import { scriptComplaints } from '../../../../test/conformance/script-complaints.ts'
import { checkCommands, checkSubset, loadParser, read } from '../../../powershell/index.ts'
import { assumptions } from './assumptions.ts'
import type { DeepDocument } from './document.ts'
import { elsewhere } from './elsewhere.ts'
import { judgeDeep } from './judge.ts'
import { deepScripts, wholeScript } from './scripts.ts'

const scripts = deepScripts()
const looking = new Set(['Get', 'Where', 'ForEach', 'Sort', 'Select', 'Test', 'ConvertFrom'])

beforeAll(() => loadParser())

describe('the questions', () => {
  it.each(scripts)(
    '$name keeps to the rules of every script, to the subset and to the tables',
    ({ name, text }) => {
      expect(scriptComplaints(name, text)).toEqual([])
      const script = read(text, name)
      expect(
        script.ok ? [...checkSubset(script.value), ...checkCommands(script.value)] : script.error,
      ).toEqual([])
    },
  )

  it.each(scripts)('$name only looks', ({ text }) => {
    const code = text.replaceAll(/'[^']*'|#.*$/gm, '')
    const verbs = [...code.matchAll(/\b([A-Z][A-Za-z]+)-[A-Z][A-Za-z]+/g)].map(([, verb]) => verb ?? '')
    expect(verbs.filter((verb) => !looking.has(verb))).toEqual([])
    expect(code).not.toMatch(/\]::(?!GetCurrentProcess|IsInputRedirected|IsNullOrEmpty|GetExtension)/)
  })
})

describe('the printed script', () => {
  it('is one text in ASCII that PowerShell reads, with every question in it', () => {
    const whole = wholeScript()
    expect(whole).toMatch(/^[\x20-\x7e\n]*$/)
    for (const { name, text } of scripts) expect(whole).toContain(`$checks.Add('${name}', {\n${text}})\n`)
    const script = read(whole, 'chancery-doctor.ps1')
    expect(script.ok ? checkCommands(script.value) : script.error).toEqual([])
  })
})

const empty: DeepDocument = {
  schema: 'chancery.doctor.deep',
  version: 1,
  via: 'script',
  host: 'HV1',
  takenAt: '2026-01-01T00:00:00.000Z',
  powershell: '5.1.20348.2849',
  session: null,
  probes: {},
}

describe('the judge', () => {
  it('names each assumption once', () => {
    const ids = [...assumptions, ...elsewhere].map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('holds nothing to be so that nobody asked', () => {
    const judged = judgeDeep(empty)
    expect(judged.filter(({ verdict }) => verdict === 'held').map(({ id }) => id)).toEqual(['powershell-5.1'])
    expect(judged.filter(({ verdict }) => verdict === 'not held')).toEqual([])
  })

  it('every question is judged: another error, or an answer of another shape, is never held', () => {
    const error = {
      message: 'RPC',
      fqid: 'HRESULT 0x800706ba',
      category: 'NotSpecified',
      type: 'X',
      hresult: 1,
    }
    const probes = Object.fromEntries(
      scripts.map(({ name }) => [name, { seen: null, error, warnings: [], ms: 1 }]),
    )
    const judged = judgeDeep({ ...empty, via: 'ssh', probes })
    const asked = judged.filter(({ verdict }) => verdict === 'not held')
    expect(asked.length).toBeGreaterThan(20)
    expect(asked.every(({ change }) => change !== '')).toBe(true)
    expect(judged.filter(({ verdict }) => verdict === 'held').map(({ id }) => id)).toEqual(['powershell-5.1'])
  })
})
