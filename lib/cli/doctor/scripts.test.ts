import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { scriptComplaints } from '../../../test/conformance/script-complaints.ts'

const scripts = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.ps1'))

describe('the doctor’s scripts', () => {
  it.each(scripts)('%s keeps to the rules of every script', (name) => {
    expect(scriptComplaints(name, readFileSync(join(import.meta.dirname, name), 'utf8'))).toEqual([])
  })

  it.each(scripts)('%s only looks', (name) => {
    const text = readFileSync(join(import.meta.dirname, name), 'utf8')
    const commands = [...text.matchAll(/\b([A-Z][a-z]+)-[A-Z][A-Za-z]+/g)].map(([, verb]) => verb)
    expect(commands.filter((verb) => verb !== 'Get' && verb !== 'Where')).toEqual([])
  })
})
