import { beforeEach, describe, expect, test } from 'vitest'
import { type Console, consoleOn } from './script.rig.ts'

let host: Console
beforeEach(async () => {
  host = await consoleOn('bare')
})

describe('features', () => {
  test('installing a role with its tools waits for a restart where the role does', () => {
    expect(
      host.run(
        `$r = Install-WindowsFeature -Name Hyper-V -IncludeManagementTools; "$($r.Success) $($r.RestartNeeded) $($r.ExitCode)"`,
      ),
    ).toEqual(['True Yes SuccessRestartRequired'])
    expect(
      host.run(`Get-WindowsFeature -Name Hyper-V* | ForEach-Object { "$($_.Name) $($_.InstallState)" }`),
    ).toEqual(['Hyper-V InstallPending', 'Hyper-V-Tools Installed', 'Hyper-V-PowerShell Installed'])
    expect(host.fails(`Get-VM -ErrorAction Stop`).id).toBe('ObjectNotFound')
    host.world.restarted()
    expect(host.run(`(Get-WindowsFeature -Name Hyper-V).InstallState.ToString(); @(Get-VM).Count`)).toEqual([
      'Installed',
      0,
    ])
  })

  test('what is pending is marked in the registry until the restart', () => {
    const pending = `Test-Path 'HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending'`
    expect(host.run(pending)).toEqual([false])
    expect(host.warnings(`$null = Install-WindowsFeature -Name Failover-Clustering`)).toEqual([
      'You must restart this server to finish the installation process.',
    ])
    expect(host.run(pending)).toEqual([true])
    host.world.restarted()
    expect(host.run(pending)).toEqual([false])
  })

  test('installing what is there changes nothing, an unknown name is NameDoesNotExist', () => {
    host.run(`$null = Install-WindowsFeature -Name Telnet-Client`)
    expect(host.run(`(Install-WindowsFeature -Name Telnet-Client).ExitCode.ToString()`)).toEqual([
      'NoChangeNeeded',
    ])
    expect(host.fails(`Install-WindowsFeature -Name Nope -ErrorAction Stop`)).toMatchObject({
      fqid: 'NameDoesNotExist,Microsoft.Windows.ServerManager.Commands.AddWindowsFeatureCommand',
      category: 'InvalidArgument',
    })
    expect(host.run(`Get-WindowsFeature -Name Nope`)).toEqual([])
  })
})

describe('services', () => {
  const commands = 'Microsoft.PowerShell.Commands.'

  test('unknown, disabled, needed by others and not stoppable have ids of their own', () => {
    expect(host.fails(`Get-Service -Name nope -ErrorAction Stop`).fqid).toBe(
      `NoServiceFoundForGivenName,${commands}GetServiceCommand`,
    )
    expect(host.fails(`Start-Service -Name ssh-agent -ErrorAction Stop`).fqid).toBe(
      `CouldNotStartService,${commands}StartServiceCommand`,
    )
    expect(host.fails(`Stop-Service -Name Winmgmt, LanmanWorkstation, BFE -ErrorAction Stop`).fqid).toBe(
      `ServiceHasDependentServices,${commands}StopServiceCommand`,
    )
    expect(host.fails(`Stop-Service -Name RpcSs -Force -ErrorAction Stop`).fqid).toBe(
      `CouldNotStopService,${commands}StopServiceCommand`,
    )
  })

  test('a restart starts what is automatic and nothing else', () => {
    host.run(
      `Set-Service -Name Spooler -StartupType Manual; Set-Service -Name wuauserv -StartupType Automatic; Stop-Service -Name W32Time`,
    )
    host.world.restarted()
    expect(
      host.run(`Get-Service -Name Spooler, wuauserv, W32Time | ForEach-Object { "$($_.Name) $($_.Status)" }`),
    ).toEqual(['Spooler Stopped', 'wuauserv Running', 'W32Time Running'])
  })

  test('the delayed flag is in the registry only once it was written', () => {
    const path = 'HKLM:\\SYSTEM\\CurrentControlSet\\Services\\Spooler'
    expect(
      host.run(`$null -eq (Get-ItemProperty -LiteralPath ${path}).PSObject.Properties['DelayedAutostart']`),
    ).toEqual([true])
    host.run(`Set-ItemProperty -LiteralPath ${path} -Name DelayedAutostart -Value 1 -Type DWord`)
    expect(host.run(`(Get-ItemProperty -LiteralPath ${path}).DelayedAutostart`)).toEqual([1])
    expect(
      host.run(`(Get-CimInstance -ClassName Win32_Service -Filter "Name='Spooler'").DelayedAutoStart`),
    ).toEqual([true])
  })
})

test('the address of the session leads to its adapter', () => {
  expect(
    host.run(
      `$a = $env:SSH_CONNECTION.Split(' ')[2]; (Get-NetAdapter -InterfaceIndex (Get-NetIPAddress -IPAddress $a).InterfaceIndex).Name`,
    ),
  ).toEqual(['Ethernet'])
  expect(host.fails(`Get-NetAdapter -Name Nope -ErrorAction Stop`)).toMatchObject({
    fqid: 'CmdletizationQuery_NotFound_Name,Get-NetAdapter',
    category: 'ObjectNotFound',
  })
})

test('a class, a parameter or a property that Windows has not is refused as Windows refuses it', () => {
  expect(host.fails(`Get-CimInstance -ClassName Win32_Nope -ErrorAction Stop`).category).toBe('MetadataError')
  expect(host.fails(`Get-Service -Nome Spooler`).id).toBe('NamedParameterNotFound')
  expect(host.fails(`(Get-Service -Name Spooler).Nome`).id).toBe('PropertyNotFoundStrict')
  expect(host.fails(`Get-Nothing`).fqid).toBe('CommandNotFoundException')
})

test('Restart-Computer asks for a restart', () => {
  host.run(`Restart-Computer -Force`)
  expect(host.world.restartIn).toBe(0)
})

test('two worlds of one seed are equal, and a look changes nothing', async () => {
  const other = await consoleOn('bare')
  host.run(
    `$null = Get-Service; $null = Get-WindowsFeature; $null = Get-ChildItem C:\\; $null = Get-NetAdapter`,
  )
  expect(host.world.snapshot()).toEqual(other.world.snapshot())
})
