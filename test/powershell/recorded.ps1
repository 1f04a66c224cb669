# Answers recorded cases anew: reads one case a line from a file, prints one answer a line. Each has a runspace of its own.
param([string]$Path)
$ErrorActionPreference = 'Stop'
$utf8 = New-Object Text.UTF8Encoding $false
$out = New-Object IO.StreamWriter ([Console]::OpenStandardOutput()), $utf8
$state = [runspace]::DefaultRunspace.InitialSessionState

# Runs in the global scope of the case's runspace; its own names begin so that no case meets them.
$harness = @'
param($__text, $__json)
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$ConfirmPreference = 'None'
$WarningPreference = 'Continue'
Set-StrictMode -Version 2.0
[Threading.Thread]::CurrentThread.CurrentCulture = [Globalization.CultureInfo]::InvariantCulture
$__out = New-Object Collections.ArrayList
$__warnings = New-Object Collections.ArrayList
$__error = $null
try {
    $__block = [scriptblock]::Create($__text)
    $__params = ConvertFrom-Json $__json
    & $__block $__params 3>&1 | ForEach-Object {
        if ($_ -is [Management.Automation.WarningRecord]) { [void]$__warnings.Add($_.Message) } else { [void]$__out.Add($_) }
    }
} catch {
    $__error = [pscustomobject]@{
        fqid = $_.FullyQualifiedErrorId
        category = $_.CategoryInfo.Category.ToString()
        type = $_.Exception.GetType().FullName
        message = $_.Exception.Message
    }
}
$__types = @(foreach ($__one in $__out) { if ($null -eq $__one) { 'null' } else { $__one.GetType().FullName } })
'{"result":' + (ConvertTo-Json -InputObject ([string](ConvertTo-Json -InputObject @($__out) -Depth 8 -Compress -WarningAction SilentlyContinue)) -Compress) + ',"types":' + (ConvertTo-Json -InputObject $__types -Compress) + ',"warnings":' + (ConvertTo-Json -InputObject @($__warnings) -Compress) + ',"error":' + (ConvertTo-Json -InputObject $__error -Compress) + '}'
'@

foreach ($line in [IO.File]::ReadAllLines($Path, $utf8)) {
    $case = [System.Text.Json.JsonDocument]::Parse($line).RootElement
    $runspace = [runspacefactory]::CreateRunspace($state.Clone())
    $runspace.ThreadOptions = 'UseCurrentThread'
    $runspace.Open()
    $shell = [powershell]::Create()
    $shell.Runspace = $runspace
    [void]$shell.AddScript($harness).AddArgument($case.GetProperty('script').GetString()).AddArgument($case.GetProperty('params').GetString())
    try {
        $out.WriteLine([string]$shell.Invoke()[0])
    } catch {
        $out.WriteLine((ConvertTo-Json -InputObject @{ left = [string]$_ } -Compress))
    }
    $out.Flush()
    $shell.Dispose()
    $runspace.Dispose()
}
