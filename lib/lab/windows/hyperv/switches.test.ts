import { beforeEach, expect, test } from 'vitest'
import { type Console, consoleOn } from '../script.rig.ts'

let host: Console
beforeEach(async () => {
  host = await consoleOn('hyperv')
})

const addressOf = (address: string) => host.run(`(Get-NetIPAddress -IPAddress ${address}).InterfaceAlias`)

test('an external switch shares its card with the host by default: the address moves to vEthernet and back', () => {
  host.run(`$null = New-VMSwitch -Name lan -NetAdapterName Ethernet`)
  expect(addressOf('10.64.0.10')).toEqual(['vEthernet (lan)'])
  expect(host.run(`(Get-VMNetworkAdapter -ManagementOS).SwitchName`)).toEqual(['lan'])
  expect(host.world.network.reachable).toBe(true)
  host.run(`Remove-VMSwitch -Name lan -Force`)
  expect(addressOf('10.64.0.10')).toEqual(['Ethernet'])
  expect(host.world.network.reachable).toBe(true)
})

test('a switch that keeps the card of the session to itself cuts the host off', () => {
  host.run(`$null = New-VMSwitch -Name lan -NetAdapterName Ethernet -AllowManagementOS $false`)
  expect(host.world.network.reachable).toBe(false)
})

test('a card is bound to one switch, and must exist', () => {
  host.run(`$null = New-VMSwitch -Name lan -NetAdapterName 'Ethernet 2'`)
  expect(host.fails(`New-VMSwitch -Name other -NetAdapterName 'Ethernet 2' -ErrorAction Stop`).id).toBe(
    'OperationFailed',
  )
  expect(host.fails(`New-VMSwitch -Name other -NetAdapterName 'Ethernet 9' -ErrorAction Stop`).id).toBe(
    'InvalidParameter',
  )
  expect(
    host.fails(`New-VMSwitch -Name team -NetAdapterName Ethernet, 'Ethernet 2' -ErrorAction Stop`).category,
  ).not.toBe('')
})

test('Set-VMSwitch wants a setting, and makes an internal switch private where it is not to be shared', () => {
  host.run(`$null = New-VMSwitch -Name inner -SwitchType Internal`)
  expect(host.fails(`Set-VMSwitch -Name inner -ErrorAction Stop`).id).toBe('InvalidParameter')
  host.run(`Set-VMSwitch -Name inner -AllowManagementOS $false`)
  expect(host.run(`(Get-VMSwitch -Name inner).SwitchType.ToString()`)).toEqual(['Private'])
})

test('a switch that a running machine uses stays', () => {
  host.run(
    `$null = New-VMSwitch -Name inner -SwitchType Private; $null = New-VM -Name mail -NoVHD -SwitchName inner; Start-VM -Name mail`,
  )
  expect(host.fails(`Remove-VMSwitch -Name inner -Force -ErrorAction Stop`)).toMatchObject({
    id: 'OperationFailed',
    message: expect.stringContaining(
      "The virtual switch 'inner' cannot be deleted because it is being used by running virtual machines",
    ),
  })
  host.run(`Stop-VM -Name mail -TurnOff; Remove-VMSwitch -Name inner -Force -ErrorAction Stop`)
  expect(host.run(`$null -eq (Get-VMNetworkAdapter -VMName mail).SwitchName`)).toEqual([true])
})

test('a switch that is not there is InvalidParameter, for itself and for an adapter', () => {
  expect(host.fails(`Get-VMSwitch -Name none -ErrorAction Stop`).fqid).toBe(
    'InvalidParameter,Microsoft.HyperV.PowerShell.Commands.GetVMSwitch',
  )
  host.run(`$null = New-VM -Name mail -NoVHD`)
  expect(host.fails(`Connect-VMNetworkAdapter -VMName mail -SwitchName none -ErrorAction Stop`).id).toBe(
    'InvalidParameter',
  )
})

test('VLAN settings are kept, and an id above 4094 is refused', () => {
  host.run(
    `$null = New-VM -Name mail -NoVHD; Set-VMNetworkAdapterVlan -VMName mail -Trunk -NativeVlanId 1 -AllowedVlanIdList '10-12,20'`,
  )
  expect(
    host.run(
      `$v = Get-VMNetworkAdapterVlan -VMName mail; "$($v.OperationMode) $($v.NativeVlanId) $($v.AllowedVlanIdList -join ' ')"`,
    ),
  ).toEqual(['Trunk 1 10 11 12 20'])
  expect(
    host.fails(`Set-VMNetworkAdapterVlan -VMName mail -Access -VlanId 5000 -ErrorAction Stop`).category,
  ).toBe('InvalidArgument')
})
