import { Client } from 'ssh2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testKey } from '../../test/rig/lab-client.ts'
import { scriptByHand } from './by-hand.ts'
import { type Lab, startLab } from './index.ts'

describe('what a person types', () => {
  it.each([
    ['powershell -Command Get-VM', 'Get-VM'],
    ['powershell.exe -NoProfile -NonInteractive -Command "Stop-Service Spooler"', 'Stop-Service Spooler'],
    [
      'powershell -ExecutionPolicy Bypass -c "Set-Content C:\\x.txt \\"a b\\""',
      'Set-Content C:\\x.txt "a b"',
    ],
    [`powershell -enc ${Buffer.from('1+1', 'utf16le').toString('base64')}`, '1+1'],
  ])('%s', (command, script) => {
    expect(scriptByHand(command)).toBe(script)
  })

  it.each(['cmd /c dir', 'powershell', 'powershell -File x.ps1', 'whoami'])('is not: %s', (command) => {
    expect(scriptByHand(command)).toBeUndefined()
  })
})

describe('over SSH', () => {
  let lab: Lab
  beforeAll(async () => {
    lab = await startLab({
      hosts: [
        {
          id: 'beirut-hv1',
          site: 'beirut',
          port: 0,
          account: 'admin',
          authorizedKey: testKey.public,
          image: 'hyperv',
        },
      ],
      links: [],
    })
  })
  afterAll(() => lab.close())

  const typed = (command: string): Promise<{ code: number; out: string; errors: string }> =>
    new Promise((resolve, reject) => {
      const client = new Client()
      client.on('error', reject)
      client.on('ready', () =>
        client.exec(command, (error, channel) => {
          if (error !== undefined) {
            client.end()
            return reject(error)
          }
          let out = ''
          let errors = ''
          let code = -1
          channel.on('data', (bytes: Buffer) => (out += bytes.toString()))
          channel.stderr.on('data', (bytes: Buffer) => (errors += bytes.toString()))
          channel.on('exit', (status: number) => (code = status))
          channel.on('close', () => {
            client.end()
            resolve({ code, out, errors })
          })
        }),
      )
      client.connect({
        host: '127.0.0.1',
        port: lab.host('beirut-hv1').port,
        username: 'admin',
        privateKey: testKey.private,
        hostVerifier: () => true,
      })
    })

  it('changes the host behind everybody’s back', async () => {
    expect(await typed('powershell -NoProfile -Command "Stop-Service -Name Spooler"')).toEqual({
      code: 0,
      out: '',
      errors: '',
    })
    expect(lab.host('beirut-hv1').world.services.running('Spooler')).toBe(false)
  })

  it('prints texts as they are and other values as JSON', async () => {
    expect((await typed('powershell -Command "\'a\'; 1 + 1"')).out).toBe('a\n2\n')
  })

  it('says what failed, with its id', async () => {
    const { code, errors } = await typed('powershell -Command "Get-Service -Name Nothing -ErrorAction Stop"')
    expect(code).toBe(1)
    expect(errors).toContain('FullyQualifiedErrorId : NoServiceFoundForGivenName')
  })

  it('refuses what is no PowerShell', async () => {
    await expect(typed('cmd /c dir')).rejects.toThrow(/exec/i)
  })
})
