import type { Call } from '../../powershell/host.ts'
import type { PsObject } from '../../powershell/values.ts'
import type { Feature, FeatureChange } from '../world/features.ts'
import { wildcard } from '../world/path.ts'
import type { World } from '../world/world.ts'
import type { Behaviour } from './cmdlet.ts'
import { enumOf, flagOf, int32, object, strings, textsOf } from './values.ts'

/** Cmdlets of the ServerManager module. */

const commands = 'Microsoft.Windows.ServerManager.Commands.'
const installStates = { Available: 0, Installed: 1, Removed: 4, InstallPending: 5, UninstallPending: 6 }

function depthOf(world: World, feature: Feature): number {
  const above = world.features.get(feature.parent)
  return above === undefined ? 1 : 1 + depthOf(world, above)
}

const featureObject = (world: World, feature: Feature): PsObject =>
  object(
    [`${commands}Feature`],
    {
      Name: feature.name,
      DisplayName: feature.displayName,
      Description: feature.displayName,
      Installed: feature.state === 'Installed' || feature.state === 'UninstallPending',
      InstallState: enumOf(`${commands}InstallState`, installStates, feature.state),
      FeatureType: feature.type,
      Path: feature.displayName,
      Depth: int32(depthOf(world, feature)),
      DependsOn: strings([]),
      Parent: feature.parent === '' ? null : feature.parent,
      ServerComponentDescriptor: null,
      SubFeatures: strings(world.features.below(feature.name).map((f) => f.name)),
      SystemService: strings([]),
      Notification: strings([]),
      BestPracticesModelId: null,
      EventQuery: null,
      PostConfigurationNeeded: false,
      AdditionalInfo: null,
    },
    feature,
    feature.name,
  )

const getWindowsFeature: Behaviour = {
  invoke: (call, world) => {
    const names = textsOf(call.bound.get('Name')).map(wildcard)
    for (const feature of world.features.all)
      if (names.length === 0 || names.some((name) => name.test(feature.name)))
        call.write(featureObject(world, feature))
  },
}

function result(world: World, change: FeatureChange): PsObject {
  const exit = change.restart
    ? 'SuccessRestartRequired'
    : change.changed.length === 0
      ? 'NoChangeNeeded'
      : 'Success'
  return object([`${commands}FeatureOperationResult`], {
    Success: true,
    RestartNeeded: enumOf(
      `${commands}RestartState`,
      { No: 0, Maybe: 1, Yes: 2 },
      change.restart ? 'Yes' : 'No',
    ),
    FeatureResult: change.changed.map((f) => featureObject(world, f)),
    ExitCode: enumOf(
      `${commands}FeatureOperationExitCode`,
      { Success: 0, NoChangeNeeded: 1003, SuccessRestartRequired: 3010 },
      exit,
    ),
  })
}

function unknown(call: Call, name: string, command: string): void {
  call.error({
    message: `ArgumentNotValid: The role, role service, or feature name is not valid: '${name}'. The name was not found.`,
    fqid: `NameDoesNotExist,${commands}${command}`,
    category: 'InvalidArgument',
    type: 'System.Exception',
    target: name,
  })
}

function denied(call: Call, command: string): void {
  call.error({
    message:
      'You do not have adequate user rights to make changes to the target computer. Please verify that you are a member of the Administrators group.',
    fqid: `UserNotAdministrator,${commands}${command}`,
    category: 'PermissionDenied',
    type: 'System.UnauthorizedAccessException',
  })
}

const change = (
  command: string,
  process: string,
  act: (call: Call, world: World, names: readonly string[]) => ReturnType<World['features']['install']>,
): Behaviour => ({
  invoke: (call, world) => {
    if (world.rights === 'denied') return denied(call, command)
    const done = act(call, world, textsOf(call.bound.get('Name')))
    if (!done.ok) return unknown(call, done.error, command)
    if (done.value.restart) call.warn(`You must restart this server to finish the ${process} process.`)
    if (done.value.restart && flagOf(call.bound.get('Restart')) === true) world.restartIn = 0
    call.write(result(world, done.value))
  },
})

export const featureCmdlets: { readonly [name: string]: Behaviour } = {
  'Get-WindowsFeature': getWindowsFeature,
  'Install-WindowsFeature': change('AddWindowsFeatureCommand', 'installation', (call, world, names) =>
    world.features.install(names, {
      subfeatures: flagOf(call.bound.get('IncludeAllSubFeature')) === true,
      tools: flagOf(call.bound.get('IncludeManagementTools')) === true,
    }),
  ),
  'Uninstall-WindowsFeature': change('RemoveWindowsFeatureCommand', 'removal', (call, world, names) =>
    world.features.uninstall(names, { tools: flagOf(call.bound.get('IncludeManagementTools')) === true }),
  ),
}
