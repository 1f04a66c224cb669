import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { afterEach, expect, test } from 'vitest'
import ssh2, { type Client, type ClientChannel, type Connection } from 'ssh2'
import { execWith } from './three-flights.ts'

const closing: (() => unknown)[] = []
afterEach(() => closing.splice(0).forEach((close) => close()))

/** Windows and answers of a server as a test orders them, with what reached it. */
type Order = {
  /** Window that a session is opened with, bytes. */
  readonly window: number
  /** Commands that are refused; `sessions`: any session is. */
  readonly refuses?: 'commands' | 'sessions'
}

/** ssh2's own server, with other windows, and a client of it. */
async function serve({ window, refuses }: Order) {
  const { private: hostKey } = ssh2.utils.generateKeyPairSync('ed25519')
  const arrived = new Map<string, Buffer>()
  const commands: string[] = []
  const checks = new Set<() => void>()
  const heard = (): void => checks.forEach((check) => check())
  /** Of the session opened last: answers to the command, grants bytes, says a word. */
  let confirm = (): void => undefined
  let grant = (_: number): void => undefined
  let say = (): void => undefined
  const server = new ssh2.Server({ hostKeys: [hostKey] }, (connection: Connection) => {
    const protocol = Reflect.get(connection, '_protocol') as object
    const bound = (name: string) =>
      (Reflect.get(protocol, name) as (...args: readonly unknown[]) => void).bind(protocol)
    const [open, adjust, success] = [
      bound('channelOpenConfirm'),
      bound('channelWindowAdjust'),
      bound('channelSuccess'),
    ]
    Reflect.set(protocol, 'channelOpenConfirm', (far: number, near: number, _: number, packet: number) => {
      grant = (bytes) => adjust(far, bytes)
      open(far, near, window, packet)
    })
    Reflect.set(protocol, 'channelSuccess', (far: number) => (confirm = () => success(far)))
    connection.on('error', () => undefined)
    connection.on('authentication', (context) => context.accept())
    connection.on('session', (accept, reject) => {
      if (refuses === 'sessions') return void reject()
      accept().on('exec', (run, deny, { command }) => {
        commands.push(command)
        heard()
        if (refuses === 'commands') return deny()
        const channel = run()
        say = () => void channel.write('word')
        channel.on('data', (bytes: Buffer) => {
          arrived.set(command, Buffer.concat([arrived.get(command) ?? Buffer.alloc(0), bytes]))
          heard()
        })
      })
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address() as { readonly port: number }
  const client = new ssh2.Client()
  closing.push(
    () => server.close(),
    () => client.end(),
  )
  client.connect({ host: '127.0.0.1', port: address.port, username: 'anna', password: 'x' })
  await once(client, 'ready')
  return {
    client,
    commands,
    arrived: (command = 'receive') => arrived.get(command) ?? Buffer.alloc(0),
    until: (isSo: () => boolean): Promise<void> =>
      new Promise((resolve) => {
        const check = (): void => {
          if (!isSo()) return
          checks.delete(check)
          resolve()
        }
        checks.add(check)
        check()
      }),
    grant: (bytes: number) => grant(bytes),
    confirm: () => confirm(),
    /** The client has handled what the server sent before. */
    told: async (channel: ClientChannel): Promise<void> => {
      const word = once(channel, 'data')
      say()
      await word
    },
  }
}

/** A command with what it reads first, as far as its channel. */
function run(client: Client, first: Buffer) {
  const refusals: string[] = []
  const opened = new Promise<ClientChannel | Error | undefined>((resolve) =>
    execWith(
      client,
      'receive',
      first,
      (error, channel) => resolve(channel ?? error),
      (error) => refusals.push(error.message),
    ),
  )
  const channel = async (): Promise<ClientChannel> => {
    const made = await opened
    if (made === undefined || made instanceof Error) throw made ?? new Error('no channel')
    return made
  }
  return { refusals, opened, channel }
}

const windowOf = (channel: ClientChannel): unknown =>
  Reflect.get(Reflect.get(channel, 'outgoing') as object, 'window')
const granted = 2 * 1024 * 1024

test('of a session that opens without a window, as OpenSSH’s do, nothing waits for one; what is granted later counts from the first byte', async () => {
  const { client, arrived, until, grant, confirm, told } = await serve({ window: 0 })
  const [first, more] = [randomBytes(100_000), randomBytes(50_000)]
  const channel = await run(client, first).channel()
  channel.write(more)
  await until(() => arrived().length === 150_000)
  expect(arrived().equals(Buffer.concat([first, more]))).toBe(true)
  grant(granted)
  confirm()
  await told(channel)
  expect(windowOf(channel)).toBe(granted - 150_000)
})

test('where less is granted than was used, nothing more goes until that is made up for', async () => {
  const { client, arrived, until, grant, confirm, told } = await serve({ window: 0 })
  const channel = await run(client, randomBytes(100_000)).channel()
  channel.write(randomBytes(50_000))
  await until(() => arrived().length === 150_000)
  grant(65_536)
  confirm()
  await told(channel)
  const last = randomBytes(1_000)
  channel.write(last)
  grant(150_000 - 65_536 - 1)
  await told(channel)
  expect(arrived()).toHaveLength(150_000)
  grant(1)
  grant(400)
  await until(() => arrived().length === 150_400)
  grant(10_000)
  await until(() => arrived().length === 151_000)
  expect(arrived().subarray(150_000).equals(last)).toBe(true)
  await told(channel)
  expect(windowOf(channel)).toBe(10_400 - 1_000)
})

test('of a session that opens with a small window as much goes ahead as it takes, the rest as more is granted', async () => {
  const { client, arrived, until, grant, confirm, told } = await serve({ window: 24_576 })
  const first = randomBytes(60_000)
  const channel = await run(client, first).channel()
  await until(() => arrived().length === 24_576)
  confirm()
  await told(channel)
  expect(arrived()).toHaveLength(24_576)
  grant(granted)
  await until(() => arrived().length === 60_000)
  expect(arrived().equals(first)).toBe(true)
  await told(channel)
  expect(windowOf(channel)).toBe(granted + 24_576 - 60_000)
})

test('of a session that opens with its whole window that window is used, and no other', async () => {
  const { client, arrived, until, confirm, told } = await serve({ window: granted })
  const channel = await run(client, randomBytes(60_000)).channel()
  await until(() => arrived().length === 60_000)
  confirm()
  await told(channel)
  expect(windowOf(channel)).toBe(granted - 60_000)
})

test('a command beside it on the same connection gets nothing of its first bytes', async () => {
  const { client, arrived, commands, until } = await serve({ window: 0 })
  execOf(client, 'other')
  await run(client, Buffer.from('first')).channel()
  await until(() => commands.length === 2 && arrived().length === 5)
  expect([commands.toSorted(), arrived('other')]).toEqual([['other', 'receive'], Buffer.alloc(0)])
})

test('a command that is refused after its bytes went is told as refused, and the next one goes as usual', async () => {
  const { client, commands, until } = await serve({ window: 0, refuses: 'commands' })
  const { refusals, channel } = run(client, Buffer.from('first'))
  await channel()
  execOf(client, 'next')
  await until(() => commands.length === 2)
  execOf(client, 'last')
  await until(() => commands.length === 3)
  expect([commands, refusals]).toEqual([['receive', 'next', 'last'], ['Unable to exec']])
})

test('a session that is refused is no channel, and nothing is left of it for the next', async () => {
  const { client, commands } = await serve({ window: 0, refuses: 'sessions' })
  const { refusals, opened } = run(client, Buffer.from('first'))
  expect(await opened).toBeInstanceOf(Error)
  expect([commands, refusals]).toEqual([[], []])
  expect(Object.hasOwn(Reflect.get(client, '_protocol') as object, 'exec')).toBe(false)
})

/** A command of ssh2's own. */
const execOf = (client: Client, command: string): void => void client.exec(command, () => undefined)
