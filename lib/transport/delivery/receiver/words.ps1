# What is written on the wire and read from requests, and how a failure is told.

function ConvertTo-Wire {
    param($Value)
    [regex]::Replace((ConvertTo-Json -InputObject $Value -Depth 4 -Compress), '[^\x20-\x7e]', { param($m) '\u{0:x4}' -f [int][char]$m.Value })
}

function Get-Field {
    param($Object, $Name)
    $field = $Object.PSObject.Properties[$Name]
    if ($null -ne $field) { , $field.Value }
}

function Get-Hex {
    param($Bytes)
    [BitConverter]::ToString($Bytes).Replace('-', '').ToLowerInvariant()
}

function Get-Names {
    param($List)
    if ($List.Count) { '["' + ($List.ToArray() -join '","') + '"]' } else { '[]' }
}

function Test-Sha {
    param($Text)
    $Text -cmatch '^[0-9a-f]{64}$'
}

function Get-Trouble {
    param($Record, $Open, $Store)
    $inner = $Record.Exception
    while ($null -ne $inner.InnerException) { $inner = $inner.InnerException }
    # ERROR_DISK_FULL, ERROR_HANDLE_DISK_FULL, ENOSPC.
    if ($inner -is [IO.IOException] -and -2147024784, -2147024857, 28 -contains $inner.HResult) {
        return '"why":"space","need":' + ($Open.size - $Open.at) + ',"free":' + (Get-Free $Store)
    }
    '"why":"error","message":' + (ConvertTo-Wire $inner.Message) + ',"type":"' + $inner.GetType().FullName + '","hresult":' + $inner.HResult
}
