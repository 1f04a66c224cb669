# The receiver on a host: takes contents into the store, chunk by chunk, from binary standard input, and answers in
# marked lines (see ../wire.ts). What it holds while it runs is here; the scripts beside it hold functions of what they are
# given. ../payload.ts puts them together. Windows PowerShell 3.0 syntax. Every comment stands on a line of its own and no
# string spans lines: payload.ts relies on both.
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$ConfirmPreference = 'None'
Set-StrictMode -Version 2.0
[Threading.Thread]::CurrentThread.CurrentCulture = [Globalization.CultureInfo]::InvariantCulture
# The bootstrap's reader took not a byte more than the source.
$requests = New-Object IO.BinaryReader ([Console]::OpenStandardInput())
$utf8 = New-Object Text.UTF8Encoding $false
$store = [IO.Path]::Combine($env:ProgramData, 'Chancery')
$folder = [IO.Path]::Combine($store, 'content')
$block = New-Object 'byte[]' 1048576
$inflated = New-Object IO.MemoryStream
$yield = New-Object 'byte[]' 4194304
$sha = New-Object Security.Cryptography.SHA256CryptoServiceProvider
$watch = [Diagnostics.Stopwatch]::StartNew()
# What the channel delivers: nothing yet. `part` and `list` are open files, `whole` hashes what has arrived.
$open = @{ sha = $null; path = $null; at = [long]0; size = [long]0; name = ''; lock = $null; part = $null; list = $null; whole = $null }
$base = @{ sha = $null; file = $null }
$sound = @{}
# Shared with the watchdog: when the last byte came or the last request ended (-1: one is at work), and the file by which another channel asks for the lock.
$live = [hashtable]::Synchronized(@{ since = [long]0; want = '' })
$said = @{ at = [long]0 }

function Write-Wire {
    param($Text)
    [Console]::Out.WriteLine('@@C1 {' + $Text + '}')
    [Console]::Out.Flush()
    $said.at = $watch.ElapsedMilliseconds
}

function Write-Busy {
    param($Id, $Doing, $Done)
    if ($watch.ElapsedMilliseconds - $said.at -ge 2000) { Write-Wire ('"busy":' + $Id + ',"doing":"' + $Doing + '","done":' + $Done) }
}

function Get-Path {
    param($Sha)
    if (-not (Test-Sha $Sha)) { throw (New-Object ArgumentException ('expected a SHA-256 in hex, got ' + $Sha)) }
    [IO.Path]::Combine($folder, $Sha)
}

# An open file of a content that is what its name says; nothing when it is not there. What is there and corrupted is deleted and named.
function Open-Sound {
    param($Id, $Sha, $Bad)
    $path = Get-Path $Sha
    if (-not [IO.File]::Exists($path)) { return }
    $file = New-Object IO.FileStream($path, 'Open', 'Read', 'Read', 65536)
    if ($sound.ContainsKey($Sha) -or (Get-Sum $Id $file $block) -ceq $Sha) {
        $sound[$Sha] = $true
        return $file
    }
    $file.Dispose()
    [void](Remove-Content $path)
    [void]$Bad.Add($Sha)
}

function Close-Base {
    if ($null -ne $base.file) { $base.file.Dispose() }
    $base.file = $null
    $base.sha = $null
}

function Use-Base {
    param($Id, $Sha, $Bad)
    if ($base.sha -ceq $Sha) { return $true }
    Close-Base
    $base.file = Open-Sound $Id $Sha $Bad
    if ($null -eq $base.file) { return $false }
    $base.sha = $Sha
    [IO.File]::SetLastWriteTimeUtc((Get-Path $Sha) + '.json', [DateTime]::UtcNow)
    $true
}

function Invoke-Open {
    param($Q)
    Close-Content $open $live
    Close-Base
    Open-Store $store $folder
    $path = Get-Path $Q.sha
    $sender = Get-Field $Q 'sender'
    if ($null -ne $sender) {
        $trouble = Test-Sender $sender $store $utf8
        if ($null -ne $trouble) { return $trouble }
    }
    if (-not (Open-Lock $Q.id $path $Q.waitMs $open $live $watch)) { return '"why":"busy"' }
    $open.path = $path
    $open.size = [long]$Q.size
    $open.name = [string]$Q.name
    $bad = New-Object Collections.ArrayList
    $sound.Remove($Q.sha)
    $file = Open-Sound $Q.id $Q.sha $bad
    $held = $null -ne $file
    $found = 'null'
    if ($held) {
        $file.Dispose()
        [IO.File]::SetLastWriteTimeUtc($path + '.json', [DateTime]::UtcNow)
        Close-Content $open $live
    } else {
        Open-Part $Q.id $open $yield $sha
        $open.sha = $Q.sha
        foreach ($one in $Q.have) {
            if (Use-Base $Q.id $one $bad) {
                $found = '"' + $one + '"'
                break
            }
        }
        $need = $open.size - $open.at
        $free = Get-Free $store
        if ($free -lt $need + 1048576) {
            # What was sent behind this is not taken either.
            $open.size = [long]-1
            return '"why":"space","need":' + $need + ',"free":' + $free
        }
    }
    '"ok":true,"op":"open","held":' + ([string]$held).ToLowerInvariant() + ',"at":' + $open.at + ',"free":' + (Get-Free $store) + ',"base":' + $found + ',"bad":' + (Get-Names $bad) + ',"versions":' + (Get-Versions $folder $utf8)
}

function Invoke-Chunk {
    param($Q, $Body)
    if ($null -eq $open.part -or $Q.at -ne $open.at -or $Q.size -lt 1 -or $open.at + $Q.size -gt $open.size -or $Q.size -gt $yield.Length) { return '"why":"order"' }
    $bad = New-Object Collections.ArrayList
    $want = Get-Field $Q 'base'
    if ($null -eq $want) { Close-Base } elseif (-not (Use-Base $Q.id $want $bad)) { return '"why":"base","sha":"' + $want + '"' }
    $got = ''
    try {
        $raw = $Body
        if ($Q.z) {
            $inflated.SetLength(0)
            $stream = New-Object IO.Compression.DeflateStream((New-Object IO.MemoryStream(, $Body)), [IO.Compression.CompressionMode]::Decompress)
            $stream.CopyTo($inflated)
            $raw = $inflated.GetBuffer()
        }
        $bytes = $yield
        $from = 0
        # Literals alone, as most chunks of a whole are: they need not be moved.
        if ([BitConverter]::ToInt32($raw, 0) -eq 1 -and [BitConverter]::ToInt32($raw, 4) -eq 1 -and [BitConverter]::ToInt32($raw, 16) -eq $Q.size -and $raw[20] -eq 255) {
            $bytes = $raw
            $from = 23
        } else {
            Expand-Chunk $raw $Q.size $yield $base.file $open.part
        }
        $got = (Get-Hex $sha.ComputeHash($bytes, $from, $Q.size)).Substring(0, 32)
    } catch {
        $got = ''
    }
    if ($got -cne $Q.sum) {
        if ($null -ne $want) {
            Close-Base
            $sound.Remove($want)
            if (-not (Use-Base $Q.id $want $bad)) { return '"why":"base","sha":"' + $want + '"' }
        }
        return '"why":"sum"'
    }
    Add-Range $bytes $from $Q.size $got $open
    '"ok":true,"op":"chunk","at":' + $open.at
}

function Remove-Named {
    param($Names)
    $dropped = New-Object Collections.ArrayList
    foreach ($one in $Names) {
        if ($one -ceq $base.sha) { Close-Base }
        if ($one -ceq $open.sha) { Close-Content $open $live }
        $sound.Remove($one)
        if (Remove-Content (Get-Path $one)) { [void]$dropped.Add($one) }
    }
    Get-Names $dropped
}

# The whole has arrived: verified, flushed to the disk, moved into place.
function Invoke-Finish {
    param($Q)
    if ($null -eq $open.part -or $open.at -ne $open.size) { return '"why":"order"' }
    $got = Close-Hash $open.whole
    $path = $open.path
    $mine = $open.sha
    if ($got -cne $mine) {
        foreach ($name in 'part', 'list') { $open[$name].Dispose() }
        Open-Part $Q.id $open $yield $sha
        if ($open.at -eq $open.size) {
            $open.list.SetLength(0)
            foreach ($name in 'part', 'list') { $open[$name].Dispose() }
            Open-Part $Q.id $open $yield $sha
        }
        return '"why":"whole","got":"' + $got + '"'
    }
    $open.part.Flush($true)
    Write-Whole ($path + '.json') (ConvertTo-Wire ([pscustomobject]@{ name = $open.name })) $utf8
    $open.part.Dispose()
    $open.part = $null
    [IO.File]::Move($path + '.part', $path)
    $open.list.Dispose()
    $open.list = $null
    [IO.File]::Delete($path + '.list')
    $sound[$mine] = $true
    Close-Content $open $live
    Close-Base
    '"ok":true,"op":"' + $Q.op + '","dropped":' + (Remove-Named @($Q.drop | Where-Object { $_ -cne $mine }))
}

function Invoke-Pickup {
    param($Q)
    if ($null -eq $open.part) { return '"why":"order"' }
    $manifest = [IO.Path]::Combine($Q.path, 'manifest.json')
    if (-not [IO.File]::Exists($manifest)) { return '"why":"bundle","what":"no-manifest"' }
    try { $listed = @((ConvertFrom-Json ([IO.File]::ReadAllText($manifest, $utf8))).contents | Where-Object { $_.sha -ceq $open.sha }) } catch { return '"why":"bundle","what":"bad-manifest"' }
    if ($listed.Count -eq 0) { return '"why":"bundle","what":"not-listed"' }
    $path = [IO.Path]::Combine($Q.path, 'content', $open.sha)
    if (-not [IO.File]::Exists($path)) { return '"why":"bundle","what":"missing"' }
    $file = New-Object IO.FileStream($path, 'Open', 'Read', 'Read', 65536)
    try {
        if ($file.Length -ne $open.size -or $listed[0].size -ne $open.size) { return '"why":"bundle","what":"size"' }
        $file.Position = $open.at
        while (($n = $file.Read($block, 0, $block.Length)) -gt 0) {
            Add-Range $block 0 $n (Get-Hex $sha.ComputeHash($block, 0, $n)).Substring(0, 32) $open
            Write-Busy $Q.id 'copying' $open.at
        }
    } finally {
        $file.Dispose()
    }
    $text = Invoke-Finish $Q
    if ($text.StartsWith('"why":"whole"')) { '"why":"bundle","what":"sha"' } else { $text }
}

function Invoke-Signature {
    param($Q)
    $bad = New-Object Collections.ArrayList
    if (-not (Use-Base $Q.id $Q.sha $bad)) { return '"why":"base","sha":"' + $Q.sha + '"' }
    '"ok":true,"op":"signature","sums":"' + (Get-Signature $Q.id $base.file $Q.block $sha) + '"'
}

function Invoke-Request {
    param($Q, $Body)
    switch ($Q.op) {
        'chunk' { return Invoke-Chunk $Q $Body }
        'open' { return Invoke-Open $Q }
        'finish' { return Invoke-Finish $Q }
        'pickup' { return Invoke-Pickup $Q }
        'signature' { return Invoke-Signature $Q }
        'drop' { return '"ok":true,"op":"drop","dropped":' + (Remove-Named $Q.drop) }
        'ping' { return '"ok":true,"op":"ping"' }
    }
    '"why":"error","message":"unknown operation","type":"","hresult":0'
}

# So many bytes of standard input; nothing when it ends before.
function Read-Exactly {
    param($Size)
    $bytes = New-Object 'byte[]' $Size
    for ($at = 0; $at -lt $Size; $at += $n) {
        $n = $requests.BaseStream.Read($bytes, $at, $Size - $at)
        if ($n -eq 0) { return }
        $live.since = $watch.ElapsedMilliseconds
    }
    , $bytes
}

# A session whose line is dead would hold its lock as long as sshd keeps it: without a byte for ten minutes, or 20 s while another
# channel wants the same content, the process ends itself. Ranges are on the disk by then.
$bare = [Management.Automation.Runspaces.InitialSessionState]::Create()
$bare.LanguageMode = 'FullLanguage'
$watchdog = [PowerShell]::Create()
$watchdog.Runspace = [Management.Automation.Runspaces.RunspaceFactory]::CreateRunspace($bare)
$watchdog.Runspace.Open()
[void]$watchdog.AddScript('param($Live, $Watch) while ($true) { [Threading.Thread]::Sleep(1000); if ($Live.since -lt 0) { continue }; $limit = 600000; if ($Live.want -and [IO.File]::Exists($Live.want)) { $limit = 20000 }; if ($Watch.ElapsedMilliseconds - $Live.since -gt $limit) { [Diagnostics.Process]::GetCurrentProcess().Kill() } }').AddArgument($live).AddArgument($watch)
[void]$watchdog.BeginInvoke()
Write-Wire ('"hello":1,"ps":"' + $PSVersionTable.PSVersion + '","pid":' + $PID)
while ($true) {
    $live.since = $watch.ElapsedMilliseconds
    try {
        $headSize = $requests.ReadInt32()
        $bodySize = $requests.ReadInt32()
    } catch {
        break
    }
    if ($headSize -lt 2 -or $headSize -gt 65536 -or $bodySize -lt 0 -or $bodySize -gt 4194304) {
        Write-Wire '"id":-1,"ok":false,"at":0,"why":"error","message":"not a request: its length makes no sense","type":"","hresult":0'
        break
    }
    $head = Read-Exactly $headSize
    $body = Read-Exactly $bodySize
    if ($null -eq $head -or $null -eq $body) { break }
    $live.since = [long]-1
    $id = -1
    $said.at = $watch.ElapsedMilliseconds
    try {
        $q = ConvertFrom-Json ($utf8.GetString($head))
        $id = $q.id
        $text = Invoke-Request $q $body
    } catch {
        $text = Get-Trouble $_ $open $store
    }
    if (-not $text.StartsWith('"ok":true')) { $text = '"ok":false,"at":' + $open.at + ',' + $text }
    Write-Wire ('"id":' + $id + ',' + $text)
    $Error.Clear()
}
Close-Content $open $live
Close-Base
# Nothing waits for the watchdog.
[Environment]::Exit(0)
