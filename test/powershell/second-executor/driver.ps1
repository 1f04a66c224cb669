# Runs scripts in the real engine for engine.ts: an order comes in, the script's questions go out, then what it did.
param([int]$Port)

# Stands between the driver and a script, as in the worker.
function Invoke-Block {
    param($Block, $Params, $State)
    try {
        foreach ($once in 1) {
            & $Block $Params 3>&1 | ForEach-Object {
                if ($_ -is [Management.Automation.WarningRecord]) { [void]$State.warnings.Add($_.Message) } else { [void]$State.out.Add($_) }
            }
            $State.done = $true
        }
    } catch {
        $State.fault = $_
        $State.done = $true
    }
}

function ConvertTo-Wire {
    param($Value)
    if ($null -eq $Value) { return 'null' }
    $json = ConvertTo-Json -InputObject $Value -Depth 20 -Compress -WarningAction SilentlyContinue
    [regex]::Replace($json, '[^\x20-\x7e]', { param($m) '\u{0:x4}' -f [int][char]$m.Value })
}

function ConvertTo-List {
    param($Texts)
    '[' + (@(foreach ($one in $Texts) { ConvertTo-LabQuoted $one }) -join ',') + ']'
}

function ConvertTo-Fault {
    param($Record)
    $inner = $Record.Exception
    while ($null -ne $inner.InnerException) { $inner = $inner.InnerException }
    '{"message":' + (ConvertTo-LabQuoted $Record.Exception.Message) + ',"fqid":' + (ConvertTo-LabQuoted $Record.FullyQualifiedErrorId) + ',"category":"' + $Record.CategoryInfo.Category + '","type":"' + $Record.Exception.GetType().FullName + '","hresult":' + $inner.HResult + ',"stack":' + (ConvertTo-LabQuoted $Record.ScriptStackTrace) + '}'
}

. ([IO.Path]::Combine($PSScriptRoot, 'stubs.ps1'))
Connect-Lab $Port
$reply = '{"ready":true}'
while ($true) {
    $order = Send-Lab $reply
    Enter-LabHost $order
    $text = $order.GetProperty('script').GetString()
    $state = @{ done = $false; fault = $null; out = (New-Object Collections.ArrayList); warnings = (New-Object Collections.ArrayList) }
    $json = @()
    try {
        if (-not $Lab.blocks.ContainsKey($text)) { $Lab.blocks[$text] = [scriptblock]::Create($text) }
        Invoke-Block $Lab.blocks[$text] (ConvertFrom-Lab $order.GetProperty('params')) $state
        if ($null -eq $state.fault) { $json = @(foreach ($one in $state.out) { ConvertTo-Wire $one }) }
    } catch {
        $state.fault = $_
        $state.done = $true
    }
    $fault = 'null'
    if ($null -ne $state.fault) { $fault = ConvertTo-Fault $state.fault }
    $reply = '{"done":' + $state.done.ToString().ToLowerInvariant() + ',"out":' + (ConvertTo-List $json) + ',"warnings":' + (ConvertTo-List $state.warnings) + ',"fault":' + $fault + '}'
    $Error.Clear()
}
