import type { Call } from '../../powershell/host.ts'
import type { PsObject, PsValue } from '../../powershell/values.ts'
import { hasWildcard, wildcard } from '../world/path.ts'
import type { Service, ServiceFailure, StartType } from '../world/services.ts'
import type { World } from '../world/world.ts'
import type { Behaviour } from './cmdlet.ts'
import { enumOf, flagOf, itemsOf, object, textOf, textsOf } from './values.ts'

/** Service cmdlets of Microsoft.PowerShell.Management. */

const commands = 'Microsoft.PowerShell.Commands.'
const exception = `${commands}ServiceCommandException`
const statuses = {
  Stopped: 1,
  StartPending: 2,
  StopPending: 3,
  Running: 4,
  ContinuePending: 5,
  PausePending: 6,
  Paused: 7,
}
const startModes = { Boot: 0, System: 1, Automatic: 2, Manual: 3, Disabled: 4 }

/** `System.ServiceProcess.ServiceController`. */
const serviceObject = (world: World, service: Service, related = true): PsObject =>
  object(
    [
      'System.ServiceProcess.ServiceController',
      'System.ComponentModel.Component',
      'System.MarshalByRefObject',
    ],
    {
      Name: service.name,
      ServiceName: service.name,
      DisplayName: service.displayName,
      Status: enumOf(
        'System.ServiceProcess.ServiceControllerStatus',
        statuses,
        service.running ? 'Running' : 'Stopped',
      ),
      StartType: enumOf('System.ServiceProcess.ServiceStartMode', startModes, service.startType),
      CanStop: service.running && service.stoppable,
      CanPauseAndContinue: false,
      CanShutdown: service.running,
      ServicesDependedOn: related ? needed(world, service) : [],
      RequiredServices: related ? needed(world, service) : [],
      DependentServices: related ? dependents(world, service).map((s) => serviceObject(world, s, false)) : [],
      ServiceType: 'Win32OwnProcess',
      MachineName: '.',
    },
    service,
    service.name,
  )

const needed = (world: World, service: Service): readonly PsValue[] =>
  service.needs.flatMap((name) => {
    const one = world.services.get(name)
    return one === undefined ? [] : [serviceObject(world, one, false)]
  })

const dependents = (world: World, service: Service): readonly Service[] =>
  world.services.all.filter((s) => s.needs.some((n) => n.toLowerCase() === service.name.toLowerCase()))

/** What -InputObject, -Name or -DisplayName select; what is missing is reported. */
function selected(call: Call, world: World, command: string): readonly Service[] {
  const objects = itemsOf(call.bound.get('InputObject')).flatMap(
    (o) => world.services.get(textOf(o) ?? '') ?? [],
  )
  if (objects.length > 0) return objects
  const byDisplay = call.bound.has('DisplayName')
  const names = textsOf(call.bound.get(byDisplay ? 'DisplayName' : 'Name'))
  if (names.length === 0) return command === 'GetServiceCommand' ? world.services.all : []
  return names.flatMap((name) => {
    const like = wildcard(name)
    const found = world.services.all.filter(
      (s) =>
        like.test(byDisplay ? s.displayName : s.name) ||
        (!byDisplay && like.test(s.displayName) && command !== 'GetServiceCommand'),
    )
    if (found.length > 0 || hasWildcard(name)) return found
    call.error({
      message: `Cannot find any service with ${byDisplay ? 'display' : 'service'} name '${name}'.`,
      fqid: `${byDisplay ? 'NoServiceFoundForGivenDisplayName' : 'NoServiceFoundForGivenName'},${commands}${command}`,
      category: 'ObjectNotFound',
      type: exception,
      target: name,
    })
    return []
  })
}

function passThru(call: Call, world: World, service: Service): void {
  if (flagOf(call.bound.get('PassThru')) === true) call.write(serviceObject(world, service))
}

function start(call: Call, world: World, service: Service, command: string): void {
  const failed: ServiceFailure | 'denied' | undefined =
    world.rights === 'denied' ? 'denied' : world.services.start(service)
  if (failed === undefined) return passThru(call, world, service)
  call.error({
    message: `Service '${service.displayName} (${service.name})' cannot be started due to the following error: Cannot start service ${service.name} on computer '.'.`,
    fqid: `CouldNotStartService,${commands}${command}`,
    category: 'OpenError',
    type: exception,
    target: serviceObject(world, service, false),
  })
}

function stop(call: Call, world: World, service: Service, command: string): boolean {
  const title = `${service.displayName} (${service.name})`
  const failed: ServiceFailure | 'denied' | undefined =
    world.rights === 'denied'
      ? 'denied'
      : world.services.stop(service, flagOf(call.bound.get('Force')) === true)
  if (failed === undefined) return true
  const hasDependents = failed !== 'denied' && failed.why === 'dependents'
  call.error({
    message: hasDependents
      ? `Cannot stop service '${title}' because it has dependent services. It can only be stopped if the Force flag is set.`
      : `Service '${title}' cannot be stopped due to the following error: Cannot open ${service.name} service on computer '.'.`,
    fqid: `${hasDependents ? 'ServiceHasDependentServices' : 'CouldNotStopService'},${commands}${command}`,
    category: hasDependents ? 'InvalidOperation' : 'CloseError',
    type: exception,
    target: serviceObject(world, service, false),
  })
  return false
}

const setService: Behaviour = {
  invoke: (call, world) => {
    const command = 'SetServiceCommand'
    for (const service of selected(call, world, command)) {
      const startType = textOf(call.bound.get('StartupType'))
      const status = textOf(call.bound.get('Status'))
      if (world.rights === 'denied') {
        call.error({
          message: `Service '${service.displayName} (${service.name})' cannot be configured due to the following error: Access is denied`,
          fqid: `CouldNotSetService,${commands}${command}`,
          category: 'PermissionDenied',
          type: exception,
          target: serviceObject(world, service, false),
        })
        continue
      }
      if (startType !== undefined) service.startType = startType as StartType
      if (status === 'Running') start(call, world, service, command)
      else if (status === 'Stopped') stop(call, world, service, command)
      passThru(call, world, service)
    }
  },
}

export const serviceCmdlets: { readonly [name: string]: Behaviour } = {
  'Get-Service': {
    invoke: (call, world) => {
      for (const service of selected(call, world, 'GetServiceCommand'))
        call.write(serviceObject(world, service))
    },
  },
  'Set-Service': setService,
  'Start-Service': {
    invoke: (call, world) => {
      for (const service of selected(call, world, 'StartServiceCommand'))
        start(call, world, service, 'StartServiceCommand')
    },
  },
  'Stop-Service': {
    invoke: (call, world) => {
      for (const service of selected(call, world, 'StopServiceCommand'))
        if (stop(call, world, service, 'StopServiceCommand')) passThru(call, world, service)
    },
  },
  'Restart-Service': {
    invoke: (call, world) => {
      for (const service of selected(call, world, 'RestartServiceCommand')) {
        const again = world.services.dependents(service)
        if (!stop(call, world, service, 'RestartServiceCommand')) continue
        start(call, world, service, 'RestartServiceCommand')
        for (const dependent of again) world.services.start(dependent)
      }
    },
  },
}
