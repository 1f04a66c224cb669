import { describe, expect, it } from 'vitest'
import { trialWords } from './backend.ts'

describe('why a backend can’t be used', () => {
  const url = 'postgres://anna@db.example.org/states'
  const words = (detail: string) =>
    trialWords(url, { kind: 'backend', backendUrl: url, problem: 'other', detail })

  it.each([
    ['dial tcp 10.0.0.1:5432: connect: connection refused', 'start the server'],
    ['dial tcp: lookup db.example.org: no such host', 'Its name is not known here'],
    ['dial tcp 10.0.0.1:5432: i/o timeout', 'It does not answer'],
    ['pq: database "states" does not exist (3D000)', 'createdb'],
    ['pq: password authentication failed for user "anna" (28P01)', 'set PGPASSWORD or PGPASSFILE'],
    ['pq: permission denied for schema public (42501)', 'the right to create tables'],
    ['pq: SSL is not enabled on the server', '?sslmode=disable'],
    ['get identity: get credentials: no EC2 IMDS role found', 'AWS_ACCESS_KEY_ID'],
    ['api error NoSuchBucket: The specified bucket does not exist', 'Make that bucket'],
    ['PULUMI_ACCESS_TOKEN must be set for login', 'Set PULUMI_ACCESS_TOKEN'],
    ['something new', 'Correct the URL'],
  ])('%s', (detail, fix) => {
    expect(words(detail)).toContain(fix)
    expect(words(detail)).toContain(detail)
  })

  it('without the password of whoever put one into the URL', () => {
    const said = trialWords('postgres://anna:hunter2@db/x', {
      kind: 'engine',
      message: 'unable to open state database "postgres://anna:hunter2@db/x": odd',
      diagnostics: [],
    })
    expect(said).toBe(
      "The backend postgres://anna:****@db/x can't be used: odd. Correct the URL, or make the backend ready.",
    )
  })
})
