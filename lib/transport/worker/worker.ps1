# The worker on a host: reads frames from standard input, runs scripts under guard, answers in marked lines (see ../wire.ts).
# Windows PowerShell 3.0 syntax. Every comment stands on a line of its own and no string spans lines: payload.ts relies on both.
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$ConfirmPreference = 'None'
Set-StrictMode -Version 2.0
[Threading.Thread]::CurrentThread.CurrentCulture = [Globalization.CultureInfo]::InvariantCulture
$sha = [Security.Cryptography.SHA256]::Create()
$utf8 = New-Object Text.UTF8Encoding $false
$store = [IO.Path]::Combine($env:ProgramData, 'Chancery')
$ready = @{ store = $false; stop = $null; since = 0 }
$blocks = @{}
$quick = @{}
$held = New-Object Text.StringBuilder
$watch = [Diagnostics.Stopwatch]::StartNew()

# Windows PowerShell's ConvertTo-Json answers $null with nothing.
function ConvertTo-Wire {
    param($Value)
    if ($null -eq $Value) { return 'null' }
    $json = ConvertTo-Json -InputObject $Value -Depth 20 -Compress
    [regex]::Replace($json, '[^\x20-\x7e]', { param($m) '\u{0:x4}' -f [int][char]$m.Value })
}

# Lines wait for each other, so that they go deflated: until the frame ends, the first has waited 250 ms, or what may take long begins.
function Write-Wire {
    param($Text)
    if ($held.Length -eq 0) { $ready.since = $watch.ElapsedMilliseconds } else { [void]$held.Append([char]10) }
    [void]$held.Append($Text)
    if ($watch.ElapsedMilliseconds - $ready.since -ge 250) { Send-Wire }
}

function Send-Wire {
    if ($held.Length -eq 0) { return }
    $text = $held.ToString()
    $held.Length = 0
    if ($text.Length -gt 400) {
        $bytes = $utf8.GetBytes($text)
        $memory = New-Object IO.MemoryStream
        $stream = New-Object IO.Compression.DeflateStream($memory, [IO.Compression.CompressionMode]::Compress)
        $stream.Write($bytes, 0, $bytes.Length)
        $stream.Dispose()
        $text = 'z' + [Convert]::ToBase64String($memory.ToArray())
    } else {
        $text = $text.Replace("`n", "`n@@C1 ")
    }
    [Console]::Out.WriteLine('@@C1 ' + $text)
    [Console]::Out.Flush()
}

function Get-Hash {
    param($Text)
    [BitConverter]::ToString($sha.ComputeHash($utf8.GetBytes($Text))).Replace('-', '').ToLowerInvariant()
}

function New-Fault {
    param($Id, $Category, $Message)
    New-Object Management.Automation.ErrorRecord (New-Object InvalidOperationException $Message), $Id, $Category, $null
}

function ConvertTo-Fault {
    param($Record)
    $inner = $Record.Exception
    while ($null -ne $inner.InnerException) { $inner = $inner.InnerException }
    ConvertTo-Wire ([pscustomobject]@{
            message = [string]$Record.Exception.Message
            fqid = [string]$Record.FullyQualifiedErrorId
            category = [string]$Record.CategoryInfo.Category
            type = $Record.Exception.GetType().FullName
            hresult = [int]$inner.HResult
            stack = ([string]$Record.ScriptStackTrace -split '\s*\S+ Invoke-Block,')[0]
        })
}

function Get-Field {
    param($Object, $Name)
    $field = $Object.PSObject.Properties[$Name]
    if ($null -ne $field) { , $field.Value }
}

# Only administrators write below the store; .NET Framework can say so, elsewhere the folder is as its parent makes it.
function Get-StorePath {
    param($Folder, $Name)
    $path = [IO.Path]::Combine($store, $Folder)
    if (-not $ready.store) {
        if ($PSVersionTable.PSVersion.Major -lt 6) {
            $acl = New-Object Security.AccessControl.DirectorySecurity
            $acl.SetSecurityDescriptorSddlForm('D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)', 'Access')
            [void][IO.Directory]::CreateDirectory($store, $acl)
            [IO.Directory]::SetAccessControl($store, $acl)
        }
        $ready.store = $true
    }
    [void][IO.Directory]::CreateDirectory($path)
    [IO.Path]::Combine($path, $Name)
}

# One frame at a time on a host, whoever sent it: also after a lost connection, whose worker may still be at work. Held by an open
# file, so that it ends with the process. Nothing when it was not free in time.
function Open-Lock {
    param($Wait)
    $path = Get-StorePath '' 'lock'
    while ($true) {
        try {
            return [IO.File]::Open($path, 'OpenOrCreate', 'ReadWrite', 'None')
        } catch {
            if ($_.Exception.InnerException -isnot [IO.IOException]) { throw }
            if ($watch.ElapsedMilliseconds -ge $Wait) { return }
            Start-Sleep -Milliseconds 100
        }
    }
}

# A file is never seen half written: a new one is moved in place of the old one.
function Write-Whole {
    param($Path, $Text)
    $part = $Path + '.' + $PID
    [IO.File]::WriteAllText($part, $Text, $utf8)
    if ([IO.File]::Exists($Path)) { [IO.File]::Replace($part, $Path, [NullString]::Value) } else { [IO.File]::Move($part, $Path) }
}

function Test-Script {
    param($Hash)
    if ($blocks.ContainsKey($Hash)) { return $true }
    $path = [IO.Path]::Combine($store, 'scripts', ($Hash + '.ps1'))
    if ($Hash -cnotmatch '^[0-9a-f]{64}$' -or -not [IO.File]::Exists($path)) { return $false }
    $text = [IO.File]::ReadAllText($path, $utf8)
    if ((Get-Hash $text) -cne $Hash) { return $false }
    $blocks[$Hash] = $text
    $true
}

# Stands between the worker and a script: a break, continue or exit of the script ends here, with `done` still false.
function Invoke-Block {
    param($Block, $Params, $State)
    try {
        foreach ($once in 1) {
            & $Block $Params 3>&1 | ForEach-Object {
                if ($_ -is [Management.Automation.WarningRecord]) { [void]$State.warnings.Add($_.Message) } else { $_ }
            }
            $State.done = $true
        }
    } catch {
        $State.fault = $_
        $State.done = $true
    }
}

# A delegate that begins to stop the pipeline it is handed. Made of an expression: a script block cannot run on a timer's thread,
# and an exception there would end the process.
function Get-Stop {
    if ($null -eq $ready.stop) {
        $type = [Linq.Expressions.Expression]
        $shell = $type::Parameter([object])
        $none = [Linq.Expressions.Expression[]]@($type::Constant($null, [AsyncCallback]), $type::Constant($null))
        $call = $type::Call($type::Convert($shell, [powershell]), [powershell].GetMethod('BeginStop'), $none)
        $safe = $type::TryCatch($call, $type::Catch([Exception], $type::Constant($null, [IAsyncResult])))
        $ready.stop = $type::Lambda([Action[object]], $safe, $shell).Compile()
    }
    $ready.stop
}

# Runs a script in a pipeline of its own, so that it can be stopped when its time is up. Its fault is `$State.fault`.
function Invoke-Script {
    param($Hash, $Params, $End, $State)
    $State.done = $false
    $shell = [powershell]::Create('CurrentRunspace')
    $timer = New-Object Threading.CancellationTokenSource
    $armed = $null
    $out = @()
    $begun = $watch.ElapsedMilliseconds
    if (-not $quick[$Hash]) { Send-Wire }
    try {
        if ($blocks[$Hash] -is [string]) { $blocks[$Hash] = [scriptblock]::Create($blocks[$Hash]) }
        [void]$shell.AddCommand('Invoke-Block').AddArgument($blocks[$Hash]).AddArgument($Params).AddArgument($State)
        $armed = $timer.Token.Register((Get-Stop), $shell)
        $timer.CancelAfter([int][Math]::Max(1, $End - $watch.ElapsedMilliseconds))
        $out = @($shell.Invoke())
        if (-not $State.done -and -not $timer.IsCancellationRequested) { $State.fault = New-Fault 'Chancery.LeftEarly' 'InvalidOperation' 'The script ended by break, continue or exit' }
    } catch {
        $State.fault = $_
    } finally {
        $quick[$Hash] = $watch.ElapsedMilliseconds - $begun -lt 200
        if ($null -ne $armed) { $armed.Dispose() }
        if (-not $timer.IsCancellationRequested) { $shell.Dispose() }
    }
    if (-not $State.done -and $timer.IsCancellationRequested) { $State.fault = New-Fault 'Chancery.TimeLimit' 'OperationTimeout' 'The script was stopped: its time was up' }
    , $out
}

function Get-Owner {
    param($Key)
    if ($null -eq $Key) { return }
    $path = [IO.Path]::Combine($store, 'owned', ((Get-Hash $Key) + '.json'))
    if ([IO.File]::Exists($path)) { ConvertFrom-Json ([IO.File]::ReadAllText($path, $utf8)) }
}

function Test-Owner {
    param($A, $B)
    $null -ne $A -and $null -ne $B -and $A.organisation -ceq $B.organisation -and $A.backend -ceq $B.backend -and $A.urn -ceq $B.urn
}

# From where this host is managed, as its record says: nothing where there is none, an empty object where it can't be read.
function Get-Managed {
    $path = [IO.Path]::Combine($store, 'managed.json')
    if (-not [IO.File]::Exists($path)) { return }
    try { ConvertFrom-Json ([IO.File]::ReadAllText($path, $utf8)) } catch { New-Object psobject }
}

# The refusal of a frame that acts and is not from where this host is managed, or from a holder of the lease after whom another one
# came. Nothing when it may run; then the record says so.
function Test-Sender {
    param($Sender, $Acts)
    $old = Get-Managed
    $take = Get-Field $Sender 'over'
    $seen = 0
    if ($null -ne $old) {
        $fits = (Get-Field $old 'from') -ceq $Sender.from
        if ($fits) { $seen = [int](Get-Field $old.tokens $Sender.store) }
        $fits = $fits -and $Sender.token -ge $seen
        if ($null -ne $take) { $fits = ('' + (Get-Field $old 'at')) -ceq $take }
        if (-not $fits) {
            if ($Acts) { '"ok":false,"why":"fenced","managed":' + (ConvertTo-Wire $old) }
            return
        }
    }
    if (-not $Acts -and ($null -eq $old -or $Sender.token -eq $seen)) { return }
    $now = [DateTime]::UtcNow.ToString('yyyy-MM-dd HH:mm:ss.fff')
    if ($null -eq $old -or $null -ne $take) { $old = [pscustomobject]@{ from = $Sender.from; by = ''; at = ''; since = $now; because = Get-Field $Sender 'because'; tokens = New-Object psobject } }
    $old.by = $Sender.by
    $old.at = $now
    Add-Member -InputObject $old.tokens -MemberType NoteProperty -Name $Sender.store -Value $Sender.token -Force
    Write-Whole (Get-StorePath '' 'managed.json') (ConvertTo-Wire $old)
}

# What a thing looks like: `hash`, and `text` for a reply. Nothing when the script failed.
function Get-Seen {
    param($Look, $End, $State)
    $out = Invoke-Script $Look.script $Look.params $End $State
    if ($null -ne $State.fault) { return }
    $hash = 'absent'
    $json = 'null'
    if ($out.Count -gt 0) {
        $json = ConvertTo-Wire $out[0]
        if ($out.Count -gt 1 -or -not $json.StartsWith('{')) {
            $State.fault = New-Fault 'Chancery.Observation' 'InvalidResult' ('An observation is one object or nothing; printed were ' + $out.Count)
            return
        }
        $hash = Get-Hash $json
    }
    $owner = Get-Owner $Look.key
    if ($null -eq $owner) { $owner = Get-Owner (Get-Field $Look 'was') }
    $text = '"seen":' + $json + ',"owner":' + (ConvertTo-Wire $owner)
    if ($hash -eq 'absent') { $text = '"hash":"absent",' + $text }
    @{ hash = $hash; owner = $owner; text = $text }
}

function Get-Names {
    param($List)
    if ($List.Count) { ConvertTo-Wire $List.ToArray() } else { '[]' }
}

function Invoke-Apply {
    param($Op, $End, $State)
    $State.step = 'observe'
    if ($null -eq $lock) {
        $State.fault = New-Fault 'Chancery.Busy' 'ResourceBusy' 'Another session is at work on this host'
        return
    }
    $before = $fresh[$Op.key]
    if ($null -eq $before) { $before = Get-Seen $Op $End $State }
    if ($null -ne $State.fault) { return }
    if ($before.hash -cne $Op.expect) { return '"ok":false,"why":"changed",' + $before.text }
    $owned = '"ok":false,"why":"owned",' + $before.text
    $own = $Op.own
    $owner = $before.owner
    if ($null -ne $own) {
        if ($null -eq $owner) {
            if ($before.hash -cne 'absent' -and -not (Get-Field $Op 'adopt')) { return $owned }
        } elseif (-not (Test-Owner $owner $own) -and -not (Test-Owner $owner (Get-Field $Op 'from'))) {
            return $owned
        }
    }
    $release = Get-Field $Op 'release'
    $leave = $release -and $Op.steps.Count -eq 0
    $record = Get-StorePath 'owned' ((Get-Hash $Op.key) + '.json')
    $fresh.Remove($Op.key)
    if ($null -ne $own -and -not $leave) { Write-Whole $record (ConvertTo-Wire $own) }
    $was = Get-Field $Op 'was'
    if (Test-Owner (Get-Owner $was) $own) { [IO.File]::Delete((Get-StorePath 'owned' ((Get-Hash $was) + '.json'))) }
    $kept = $null
    foreach ($step in $Op.steps) {
        $State.step = $step.name
        $printed = Invoke-Script $step.script $step.params $End $State
        if ($null -ne $State.fault) { return }
        [void]$State.ran.Add([string]$step.name)
        if (Get-Field $step 'keep') {
            if ($null -eq $kept) { $kept = New-Object Collections.ArrayList }
            foreach ($one in $printed) { [void]$kept.Add([string]$one) }
        }
    }
    $State.step = 'observe'
    $now = Get-Seen $Op $End $State
    if ($null -ne $State.fault) { return }
    if ($release -and ($leave -or $now.hash -ceq 'absent') -and $null -ne $now.owner) {
        [IO.File]::Delete($record)
        $now.text = $now.text.Substring(0, $now.text.LastIndexOf(',"owner":')) + ',"owner":null'
    }
    $text = '"ok":true,"op":"apply","ran":' + (Get-Names $State.ran) + ',"before":"' + $before.hash + '","warnings":' + (Get-Names $State.warnings) + ','
    if ($null -ne $kept) { $text += '"out":' + (Get-Names $kept) + ',' }
    $text + $now.text
}

function New-State {
    @{ done = $false; fault = $null; step = 'observe'; ran = (New-Object Collections.ArrayList); warnings = (New-Object Collections.ArrayList) }
}

function Invoke-Op {
    param($Op)
    $limit = Get-Field $Op 'limitMs'
    if ($null -eq $limit) { $limit = 90000 }
    $end = $watch.ElapsedMilliseconds + $limit
    $state = New-State
    $text = ''
    try {
        if ($Op.op -eq 'ping') {
            $text = '"ok":true,"op":"ping","managed":' + (ConvertTo-Wire (Get-Managed))
        } elseif ($Op.op -eq 'apply') {
            $text = Invoke-Apply $Op $end $state
        } else {
            $seen = Get-Seen $Op $end $state
            if ($null -eq $state.fault) { $text = '"ok":true,"op":"observe","warnings":' + (Get-Names $state.warnings) + ',' + $seen.text }
        }
    } catch {
        $state.fault = $_
    }
    if ($null -ne $state.fault) {
        $after = 'null'
        if ($state.step -ne 'observe') {
            $look = New-State
            try { $seen = Get-Seen $Op ($watch.ElapsedMilliseconds + $limit) $look } catch { $look.fault = $_ }
            if ($null -eq $look.fault) { $after = '{' + $seen.text + '}' }
        }
        $text = '"ok":false,"why":"error","error":' + (ConvertTo-Fault $state.fault) + ',"step":' + (ConvertTo-Wire $state.step) + ',"ran":' + (Get-Names $state.ran) + ',"after":' + $after + ',"warnings":' + (Get-Names $state.warnings)
    }
    Write-Wire ('{"id":' + $Op.id + ',' + $text + '}')
}

# The end of a frame, without its closing time.
function Invoke-Frame {
    param($Frame, $Guards)
    $need = New-Object Collections.ArrayList
    foreach ($look in @($Guards) + @($Frame.ops)) {
        if ((Get-Field $look 'op') -eq 'ping') { continue }
        foreach ($hash in @($look.script) + @(Get-Field $look 'steps' | ForEach-Object { $_ | ForEach-Object { $_.script } })) {
            if (-not (Test-Script $hash) -and -not $need.Contains($hash)) { [void]$need.Add($hash) }
        }
    }
    if ($need.Count) { return '"ok":false,"why":"need","need":' + (Get-Names $need) }
    $changed = New-Object Collections.ArrayList
    foreach ($guard in $Guards) {
        $state = New-State
        $key = '"key":' + (ConvertTo-Wire $guard.key) + ','
        try { $seen = Get-Seen $guard ($watch.ElapsedMilliseconds + 90000) $state } catch { $state.fault = $_ }
        if ($null -ne $state.fault) { return '"ok":false,"why":"guard-error",' + $key + '"error":' + (ConvertTo-Fault $state.fault) }
        if ($seen.hash -cne $guard.expect) { [void]$changed.Add('{' + $key + $seen.text + '}') }
        $fresh[$guard.key] = $seen
    }
    if ($changed.Count) { return '"ok":false,"why":"guards","changed":[' + ($changed -join ',') + ']' }
    foreach ($op in $Frame.ops) { Invoke-Op $op }
    '"ok":true'
}

function Save-Scripts {
    param($Frame)
    $scripts = Get-Field $Frame 'scripts'
    if ($null -eq $scripts) { return }
    foreach ($p in $scripts.PSObject.Properties) {
        if ((Get-Hash $p.Value) -cne $p.Name) { throw (New-Fault 'Chancery.ScriptHash' 'InvalidData' ('The script is not the one of its hash: ' + $p.Name)) }
        if (-not (Test-Script $p.Name)) {
            if (-not $p.Value.StartsWith('#once')) { Write-Whole (Get-StorePath 'scripts' ($p.Name + '.ps1')) $p.Value }
            $blocks[$p.Name] = $p.Value
        }
    }
}

function Read-Frame {
    param($Line)
    if ($Line.StartsWith('z')) {
        $bytes = [Convert]::FromBase64String($Line.Substring(1))
        $stream = New-Object IO.Compression.DeflateStream((New-Object IO.MemoryStream(, $bytes)), [IO.Compression.CompressionMode]::Decompress)
        $Line = (New-Object IO.StreamReader($stream, $utf8)).ReadToEnd()
    }
    $frame = ConvertFrom-Json $Line
    if ($null -eq $frame.frame -or $null -eq $frame.ops) { throw 'no frame' }
    $frame
}

$machine = $null
try { $machine = [Microsoft.Win32.Registry]::GetValue('HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Cryptography', 'MachineGuid', $null) } catch { $Error.Clear() }
Write-Wire (ConvertTo-Wire ([pscustomobject]@{ hello = 2; ps = [string]$PSVersionTable.PSVersion; time = [DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ss.fffZ'); pid = $PID; machine = $machine }))
Send-Wire
while ($null -ne ($line = [Console]::In.ReadLine())) {
    if ($line.Length -eq 0) { continue }
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $fresh = @{}
    $lock = $null
    $id = -1
    try {
        $frame = Read-Frame $line
        $kinds = @($frame.ops | ForEach-Object { $_.op })
        $sender = Get-Field $frame 'sender'
        $acts = $kinds -contains 'apply' -or ($null -ne $sender -and $null -ne (Get-Field $sender 'over'))
        if ($acts) { $lock = Open-Lock 60000 } elseif ($kinds -contains 'observe') { $lock = Open-Lock 15000 }
        $text = $null
        if ($null -ne $lock -and $null -ne $sender) { $text = Test-Sender $sender $acts }
        if ($null -eq $text) {
            Save-Scripts $frame
            $guards = @(Get-Field $frame 'guards' | ForEach-Object { $_ })
            $text = Invoke-Frame $frame $guards
        }
        $id = $frame.frame
    } catch {
        $text = '"ok":false,"why":"bad-frame","error":' + (ConvertTo-Fault $_)
    }
    if ($null -ne $lock) { $lock.Dispose() }
    Write-Wire ('{"frame":' + $id + ',' + $text + ',"ms":' + $watch.ElapsedMilliseconds + '}')
    Send-Wire
    $Error.Clear()
}
