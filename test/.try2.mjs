import { createHash } from 'node:crypto'
import { createTransport } from '../lib/transport/session.ts'
import { startSshd } from './powershell/sshd.ts'
import { systemClock } from '../lib/domain/clock.ts'
import { ok } from '../lib/domain/result.ts'
const s = await startSshd(['LogLevel DEBUG1'])
const door = { id: 's', run: (p, job) => job(), pace: async () => {}, succeeded() {}, failed(b) { console.log('door failed', b) } }
for (const wait of [false, true]) {
const { processMemory } = await import('../lib/transport/memory.ts')
const memory = processMemory(); if (wait) memory.setWaits('h')
const t = createTransport({ resolve: () => ({ address: '127.0.0.1', port: s.port, account: s.account, key: s.key }), knownHosts: s.knownHosts, allowed: () => ok(undefined), door: () => door, emit: (e) => console.log(Date.now() % 100000, JSON.stringify(e)), clock: systemClock, memory })
const p = t.host('h')
const text = 'param($p)\nif (Test-Path -LiteralPath $p.path) { [pscustomobject]@{ path = $p.path } }'
const hash = createHash('sha256').update(text).digest('hex')
for (let i = 0; i < 2; i++) {
const r = await p.exchange({ scripts: new Map([[hash, text]]), guards: [], ops: [{ op: 'ping' }, { op: 'observe', key: 'k', script: hash, params: { path: '/etc' } }] }, (i, r) => console.log(Date.now() % 100000, i, JSON.stringify(r)))
console.log(JSON.stringify(r))
}
console.log(p.counters)
await t.close()
}
//console.log(s.log())
await s.stop()
