# Asks this host what Chancery assumes of it. It only looks. It prints one JSON document. As an administrator:
#   powershell.exe -NoLogo -NoProfile -ExecutionPolicy Bypass -File chancery-doctor.ps1 > facts.json
# Where Chancery is, this judges it: chancery doctor --deep --facts facts.json
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$ConfirmPreference = 'None'
Set-StrictMode -Version 2.0
[Threading.Thread]::CurrentThread.CurrentCulture = [Globalization.CultureInfo]::InvariantCulture
$checks = New-Object -TypeName Collections.Specialized.OrderedDictionary
# CHECKS
$probes = New-Object -TypeName Collections.Specialized.OrderedDictionary
foreach ($name in @($checks.Keys)) {
    $seen = $null
    $fault = $null
    $warnings = New-Object -TypeName Collections.ArrayList
    $watch = [Diagnostics.Stopwatch]::StartNew()
    try {
        foreach ($item in @(& $checks[$name] $null 3>&1)) {
            if ($item -is [Management.Automation.WarningRecord]) { [void]$warnings.Add([string]$item.Message) } else { $seen = $item }
        }
        if ($null -ne $seen) {
            $text = ConvertTo-Json -InputObject $seen -Depth 20 -Compress
            if ($text.Length -gt 100000) { $seen = [pscustomobject]@{ characters = $text.Length } }
        }
    } catch {
        $seen = $null
        $inner = $_.Exception
        while ($null -ne $inner.InnerException) { $inner = $inner.InnerException }
        $fault = [pscustomobject]@{
            message = [string]$_.Exception.Message
            fqid = [string]$_.FullyQualifiedErrorId
            category = [string]$_.CategoryInfo.Category
            type = $_.Exception.GetType().FullName
            hresult = [int]$inner.HResult
        }
    }
    $probes.Add($name, [pscustomobject]@{
            seen = $seen
            error = $fault
            warnings = $warnings.ToArray()
            ms = [int]$watch.ElapsedMilliseconds
        })
}
$document = [pscustomobject]@{
    schema = 'chancery.doctor.deep'
    version = 1
    via = 'script'
    host = [Environment]::MachineName
    takenAt = [DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ss.fffZ')
    powershell = $PSVersionTable.PSVersion.ToString()
    session = $null
    probes = $probes
}
$json = ConvertTo-Json -InputObject $document -Depth 20 -Compress
[Console]::Out.WriteLine([regex]::Replace($json, '[^\x20-\x7e]', { param($m) '\u{0:x4}' -f [int][char]$m.Value }))
