import { Native } from '../../powershell/errors.ts'
import type { StaticType } from '../../powershell/host.ts'
import type { PsValue } from '../../powershell/values.ts'
import type { Result } from '../../domain/result.ts'
import { type FileFailure } from '../world/file-nodes.ts'
import { extensionOf, fullPath, join, leafOf, parentOf } from '../world/path.ts'
import type { World } from '../world/world.ts'
import { throwDotnet } from './dotnet-errors.ts'
import { decode, encode, encodingTypes } from './encoding.ts'
import { bytesFrom, byteArray, date, flagOf, guid, object, strings, textOf } from './values.ts'

const text = (value: PsValue | undefined): string => textOf(value) ?? ''
const valueOf = <T>(result: Result<T, FileFailure>): T =>
  result.ok ? result.value : throwDotnet(result.error)

/** A path as .NET takes it; refuses what is no path at all. */
function path(value: PsValue | undefined): string {
  const given = text(value)
  if (given === '') throw new Native('System.ArgumentException', 'The path is not of a legal form.')
  if (/[<>|"\0]/.test(given)) throw new Native('System.ArgumentException', 'Illegal characters in path.')
  return fullPath(given) ?? given
}

const fileStatics = (world: World): StaticType => ({
  name: 'System.IO.File',
  methods: {
    Exists: (p) => world.files.file(text(p)) !== undefined,
    ReadAllBytes: (p) => byteArray(valueOf(world.files.read(path(p)))),
    ReadAllText: (p, encoding) => decode(valueOf(world.files.read(path(p))), encoding),
    ReadAllLines: (p, encoding) => strings(linesOf(decode(valueOf(world.files.read(path(p))), encoding))),
    WriteAllBytes: (p, bytes) => done(world.files.write(path(p), bytesFrom(bytes))),
    WriteAllText: (p, content, encoding) => done(world.files.write(path(p), encode(text(content), encoding))),
    AppendAllText: (p, content, encoding) => {
      const old =
        world.files.file(path(p)) === undefined ? new Uint8Array() : valueOf(world.files.read(path(p)))
      return done(world.files.write(path(p), Buffer.concat([old, encode(text(content), encoding)])))
    },
    Delete: (p) => {
      const gone = world.files.remove(path(p))
      return gone.ok || gone.error.why === 'no-file' ? null : throwDotnet(gone.error)
    },
    Move: (from, to) => done(world.files.move(path(from), path(to))),
    Copy: (from, to, overwrite) => {
      if (world.files.get(path(to)) !== undefined && flagOf(overwrite) !== true)
        throw new Native('System.IO.IOException', `The file '${path(to)}' already exists.`)
      return done(world.files.copy(path(from), path(to)))
    },
    Replace: (from, to, backup) => {
      if (world.files.file(path(to)) === undefined) throwDotnet({ why: 'no-file', path: path(to) })
      if (text(backup) !== '') valueOf(world.files.move(path(to), path(backup), true))
      return done(world.files.move(path(from), path(to), true))
    },
    GetLastWriteTimeUtc: (p) => date(world.files.get(text(p))?.writtenAt ?? Date.UTC(1601, 0, 1), 'Utc'),
  },
})

const folderStatics = (world: World): StaticType => ({
  name: 'System.IO.Directory',
  methods: {
    Exists: (p) => world.files.folder(text(p)) !== undefined,
    CreateDirectory: (p) => {
      valueOf(world.files.makeFolder(path(p)))
      return world.files.realPath(path(p))
    },
    Delete: (p, recurse) => {
      if (world.files.folder(path(p)) === undefined) throwDotnet({ why: 'no-folder', path: path(p) })
      return done(world.files.remove(path(p), flagOf(recurse) === true))
    },
    GetFiles: (p) => strings(children(world, p, 'file')),
    GetDirectories: (p) => strings(children(world, p, 'folder')),
    Move: (from, to) => done(world.files.move(path(from), path(to))),
  },
})

const pathStatics: StaticType = {
  name: 'System.IO.Path',
  methods: {
    Combine: (...parts) =>
      parts
        .map(text)
        .reduce((all, part) => (/^([a-z]:|\\)/i.test(part) || all === '' ? part : join(all, part))),
    GetDirectoryName: (p) =>
      fullPath(text(p)) === undefined ? null : (parentOf(text(p).replaceAll('/', '\\')) ?? null),
    GetFileName: (p) => leafOf(text(p).replaceAll('/', '\\')),
    GetFileNameWithoutExtension: (p) => {
      const leaf = leafOf(text(p).replaceAll('/', '\\'))
      const extension = extensionOf(leaf)
      return extension === '' ? leaf : leaf.slice(0, -extension.length)
    },
    GetExtension: (p) => extensionOf(text(p)),
    GetFullPath: (p) => path(p),
    GetPathRoot: (p) => (/^[a-z]:[\\/]/i.test(text(p)) ? text(p).slice(0, 2) + '\\' : ''),
    IsPathRooted: (p) => /^([a-z]:|[\\/])/i.test(text(p)),
    ChangeExtension: (p, e) =>
      text(p).slice(0, text(p).length - extensionOf(text(p)).length) + text(e).replace(/^\.?/, '.'),
    GetTempPath: () => 'C:\\Windows\\Temp\\',
  },
  properties: { DirectorySeparatorChar: () => '\\' },
}

const environmentStatics = (world: World): StaticType => ({
  name: 'System.Environment',
  methods: {
    GetEnvironmentVariable: (name) => environmentOf(world, text(name)) ?? null,
  },
  properties: {
    MachineName: () => world.computerName,
    UserName: () => world.account,
    NewLine: () => '\r\n',
    Is64BitOperatingSystem: () => true,
  },
})

const identityStatics = (world: World): StaticType => ({
  name: 'System.Security.Principal.WindowsIdentity',
  methods: {
    GetCurrent: () =>
      object(['System.Security.Principal.WindowsIdentity'], {
        Name: `${world.computerName}\\${world.account}`,
        AuthenticationType: 'CloudAP',
        IsAuthenticated: true,
        IsSystem: false,
        User: sid('S-1-5-21-1004336348-1177238915-682003330-500'),
        Groups: (world.rights === 'full'
          ? ['S-1-1-0', 'S-1-5-32-544', 'S-1-5-32-545']
          : ['S-1-1-0', 'S-1-5-32-545']
        ).map(sid),
      }),
  },
})

const sid = (value: string): PsValue =>
  object(['System.Security.Principal.SecurityIdentifier'], { Value: value }, undefined, value)

const dateStatics = (world: World): StaticType => ({
  name: 'System.DateTime',
  methods: {},
  properties: {
    UtcNow: () => date(world.now(), 'Utc'),
    Now: () => date(world.now()),
    Today: () => date(Math.floor(world.now() / 86_400_000) * 86_400_000),
  },
})

const guidStatics = (world: World): StaticType => ({
  name: 'System.Guid',
  methods: { NewGuid: () => guid(world.ids.uuid()) },
})

/** `[NullString]::Value`: a null that stays null as a string. */
const nullString: StaticType = {
  name: 'System.Management.Automation.Language.NullString',
  methods: {},
  properties: { Value: () => null },
}

/** Static types of .NET that reach into the world. */
export function staticsOf(world: World): (name: string) => StaticType | undefined {
  const all: readonly StaticType[] = [
    fileStatics(world),
    folderStatics(world),
    pathStatics,
    environmentStatics(world),
    identityStatics(world),
    nullString,
    dateStatics(world),
    guidStatics(world),
    ...encodingTypes,
  ]
  const byName = new Map(
    all.flatMap((t) =>
      [t.name, t.name.replace(/^System\./, ''), ...(t === nullString ? ['NullString'] : [])].map(
        (n) => [n.toLowerCase(), t] as const,
      ),
    ),
  )
  return (name) => byName.get(name.toLowerCase())
}

/** `$env:NAME` of a session that came over SSH. */
export function environmentOf(world: World, name: string): string | undefined {
  const variables: { readonly [name: string]: string } = {
    computername: world.computerName,
    username: world.account,
    userprofile: `C:\\Users\\${world.account}`,
    systemroot: 'C:\\Windows',
    windir: 'C:\\Windows',
    systemdrive: 'C:',
    programdata: 'C:\\ProgramData',
    allusersprofile: 'C:\\ProgramData',
    programfiles: 'C:\\Program Files',
    temp: `C:\\Users\\${world.account}\\AppData\\Local\\Temp`,
    tmp: `C:\\Users\\${world.account}\\AppData\\Local\\Temp`,
    public: 'C:\\Users\\Public',
    os: 'Windows_NT',
    processor_architecture: 'AMD64',
    number_of_processors: String(world.hyperv.logicalProcessors),
    ssh_connection: `192.0.2.1 50022 ${world.network.session} 22`,
    ssh_client: '192.0.2.1 50022 22',
  }
  return variables[name.toLowerCase()]
}

const done = (result: Result<unknown, FileFailure>): null => (result.ok ? null : throwDotnet(result.error))
const linesOf = (content: string): readonly string[] => content.replace(/\r?\n$/, '').split(/\r?\n/)

function children(world: World, of: PsValue | undefined, kind: 'file' | 'folder'): readonly string[] {
  const folder = world.files.folder(path(of))
  if (folder === undefined) return throwDotnet({ why: 'no-folder', path: path(of) })
  return [...folder.children.values()].filter((c) => c.kind === kind).map((c) => join(path(of), c.name))
}
