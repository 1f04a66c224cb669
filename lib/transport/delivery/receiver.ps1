# The receiver on a host: takes contents into the store, chunk by chunk, from binary standard input, and answers in
# marked lines (see wire.ts). Windows PowerShell 3.0 syntax. Every comment stands on a line of its own and no string spans
# lines: payload.ts relies on both.
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

function ConvertTo-Wire {
    param($Value)
    [regex]::Replace((ConvertTo-Json -InputObject $Value -Depth 4 -Compress), '[^\x20-\x7e]', { param($m) '\u{0:x4}' -f [int][char]$m.Value })
}

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

function Get-Path {
    param($Sha)
    if (-not (Test-Sha $Sha)) { throw (New-Object ArgumentException ('expected a SHA-256 in hex, got ' + $Sha)) }
    [IO.Path]::Combine($folder, $Sha)
}

# Only administrators write below the store; .NET Framework can say so, elsewhere the folder is as its parent makes it.
function Open-Store {
    if ($PSVersionTable.PSVersion.Major -lt 6) {
        $acl = New-Object Security.AccessControl.DirectorySecurity
        $acl.SetSecurityDescriptorSddlForm('D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)', 'Access')
        [void][IO.Directory]::CreateDirectory($store, $acl)
        [IO.Directory]::SetAccessControl($store, $acl)
    }
    [void][IO.Directory]::CreateDirectory($folder)
}

function Write-Whole {
    param($Path, $Text)
    $new = $Path + '.' + $PID
    [IO.File]::WriteAllText($new, $Text, $utf8)
    if ([IO.File]::Exists($Path)) { [IO.File]::Replace($new, $Path, [NullString]::Value) } else { [IO.File]::Move($new, $Path) }
}

function New-Hash { New-Object Security.Cryptography.SHA256CryptoServiceProvider }

function Close-Hash {
    param($Hash)
    [void]$Hash.TransformFinalBlock($block, 0, 0)
    Get-Hex $Hash.Hash
}

# SHA-256 of an open file, from its start.
function Get-Sum {
    param($Id, $File)
    $hash = New-Hash
    $File.Position = 0
    $done = [long]0
    while (($n = $File.Read($block, 0, $block.Length)) -gt 0) {
        [void]$hash.TransformBlock($block, 0, $n, $null, 0)
        $done += $n
        Write-Busy $Id 'checking' $done
    }
    Close-Hash $hash
}

function Remove-Content {
    param($Sha)
    $path = Get-Path $Sha
    try {
        foreach ($end in '', '.json', '.part', '.list') { [IO.File]::Delete($path + $end) }
        $true
    } catch {
        $false
    }
}

# An open file of a content that is what its name says; nothing when it is not there. What is there and corrupted is deleted and named.
function Open-Sound {
    param($Id, $Sha, $Bad)
    $path = Get-Path $Sha
    if (-not [IO.File]::Exists($path)) { return }
    $file = New-Object IO.FileStream($path, 'Open', 'Read', 'Read', 65536)
    if ($sound.ContainsKey($Sha) -or (Get-Sum $Id $file) -ceq $Sha) {
        $sound[$Sha] = $true
        return $file
    }
    $file.Dispose()
    [void](Remove-Content $Sha)
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

function Close-Content {
    foreach ($name in 'part', 'list', 'lock') {
        if ($null -ne $open[$name]) { $open[$name].Dispose() }
        $open[$name] = $null
    }
    $live.want = ''
    $open.sha = $null
    $open.at = [long]0
}

# The lock of a content is an open file, so it ends with the process. Who waits leaves a file that makes an idle holder give way.
function Open-Lock {
    param($Id, $Path, $Wait)
    $end = $watch.ElapsedMilliseconds + $Wait
    $want = $Path + '.want'
    while ($true) {
        try {
            $open.lock = New-Object IO.FileStream(($Path + '.lock'), 'OpenOrCreate', 'ReadWrite', 'None', 8, [IO.FileOptions]::DeleteOnClose)
            [IO.File]::Delete($want)
            $live.want = $want
            return $true
        } catch {
            $cause = $_.Exception.GetBaseException()
            # A file that is about to go away is denied.
            $denied = $cause -is [UnauthorizedAccessException]
            if (-not $denied -and $cause -isnot [IO.IOException]) { throw }
            if ($watch.ElapsedMilliseconds -ge $end) {
                if ($denied) { throw }
                return $false
            }
        }
        if (-not [IO.File]::Exists($want)) { [IO.File]::WriteAllText($want, '') }
        Write-Busy $Id 'waiting' 0
        Start-Sleep -Milliseconds 200
    }
}

# Takes up what arrived before: as far as each range in the list is what its line says. The rest is cut off.
function Open-Part {
    param($Id)
    $open.part = New-Object IO.FileStream(($open.path + '.part'), 'OpenOrCreate', 'ReadWrite', 'Read', 4096)
    $open.list = New-Object IO.FileStream(($open.path + '.list'), 'OpenOrCreate', 'ReadWrite', 'Read', 4096)
    $open.whole = New-Hash
    $open.at = [long]0
    $good = [long]0
    $text = New-Object 'byte[]' ([int]$open.list.Length)
    $n = $open.list.Read($text, 0, $text.Length)
    foreach ($line in [Text.Encoding]::ASCII.GetString($text, 0, $n).Split([char]10)) {
        if ($line -cnotmatch '^[0-9]{1,18} [0-9a-f]{32}$') { break }
        $parts = $line.Split(' ')
        $end = $parts[0]
        $size = [long]$end - $open.at
        if ($size -lt 1 -or $size -gt $yield.Length -or [long]$end -gt $open.size) { break }
        if ($open.part.Read($yield, 0, $size) -ne $size) { break }
        if ((Get-Hex $sha.ComputeHash($yield, 0, $size)).Substring(0, 32) -cne $parts[1]) { break }
        [void]$open.whole.TransformBlock($yield, 0, $size, $null, 0)
        $open.at = [long]$end
        $good += $line.Length + 1
        Write-Busy $Id 'checking' $open.at
    }
    $open.list.SetLength($good)
    $open.list.Position = $good
    $open.part.SetLength($open.at)
    $open.part.Position = $open.at
}

# Writes a range and its line; when either fails, both files are as before.
function Add-Range {
    param($Bytes, $From, $Size, $Sum)
    $listed = $open.list.Position
    $line = [Text.Encoding]::ASCII.GetBytes([string]($open.at + $Size) + ' ' + $Sum + "`n")
    try {
        $open.part.Position = $open.at
        $open.part.Write($Bytes, $From, $Size)
        $open.part.Flush()
        $open.list.Write($line, 0, $line.Length)
        $open.list.Flush()
    } catch {
        $trouble = $_
        try {
            $open.list.SetLength($listed)
            $open.part.SetLength($open.at)
        } catch {
            # The list ends before the range: it is cut off when it is taken up again.
            $open.at = $open.at
        }
        throw $trouble
    }
    [void]$open.whole.TransformBlock($Bytes, $From, $Size, $null, 0)
    $open.at += $Size
}

function Get-Free { (New-Object IO.DriveInfo $store).AvailableFreeSpace }

# What the worker keeps of who manages the host; a refusal when it is not this sender.
function Test-Sender {
    param($Sender)
    $path = [IO.Path]::Combine($store, 'managed.json')
    if (-not [IO.File]::Exists($path)) { return }
    try {
        $managed = ConvertFrom-Json ([IO.File]::ReadAllText($path, $utf8))
        $token = Get-Field $managed.tokens $Sender.store
        if ($managed.from -ceq $Sender.from -and ($null -eq $token -or $token -le $Sender.token)) { return }
        '"why":"fenced","managed":' + (ConvertTo-Wire $managed)
    } catch {
        '"why":"fenced","managed":{}'
    }
}

function Get-Versions {
    $all = foreach ($file in (New-Object IO.DirectoryInfo $folder).GetFiles('*.json')) {
        $content = New-Object IO.FileInfo ($file.FullName.Substring(0, $file.FullName.Length - 5))
        if ((Test-Sha $content.Name) -and $content.Exists) {
            $name = ConvertTo-Wire ([string](ConvertFrom-Json ([IO.File]::ReadAllText($file.FullName, $utf8))).name)
            '{"sha":"' + $content.Name + '","size":' + $content.Length + ',"name":' + $name + ',"at":"' + $file.LastWriteTimeUtc.ToString('yyyy-MM-ddTHH:mm:ss.fffZ') + '"}'
        }
    }
    '[' + (@($all) -join ',') + ']'
}

function Invoke-Open {
    param($Q)
    Close-Content
    Close-Base
    Open-Store
    $path = Get-Path $Q.sha
    $sender = Get-Field $Q 'sender'
    if ($null -ne $sender) {
        $trouble = Test-Sender $sender
        if ($null -ne $trouble) { return $trouble }
    }
    if (-not (Open-Lock $Q.id $path $Q.waitMs)) { return '"why":"busy"' }
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
        Close-Content
    } else {
        Open-Part $Q.id
        $open.sha = $Q.sha
        foreach ($one in $Q.have) {
            if (Use-Base $Q.id $one $bad) {
                $found = '"' + $one + '"'
                break
            }
        }
        $need = $open.size - $open.at
        $free = Get-Free
        if ($free -lt $need + 1048576) { return '"why":"space","need":' + $need + ',"free":' + $free }
    }
    '"ok":true,"op":"open","held":' + ([string]$held).ToLowerInvariant() + ',"at":' + $open.at + ',"free":' + (Get-Free) + ',"base":' + $found + ',"bad":' + (Get-Names $bad) + ',"versions":' + (Get-Versions)
}

# What a chunk yields, in $yield: literals and copies in turn; a copy reads from the base, or behind its end from the part.
function Expand-Chunk {
    param($Raw, $Size)
    $n = [BitConverter]::ToInt32($Raw, 0)
    $w = [BitConverter]::ToInt32($Raw, 4)
    $from = [BitConverter]::ToInt64($Raw, 8)
    $wide = New-Object 'int[]' $w
    [Buffer]::BlockCopy($Raw, 16, $wide, 0, 4 * $w)
    $w = 0
    $literals = 16 + 4 * $wide.Length
    $copies = $literals + $n
    $jumps = $copies + $n
    $text = $jumps + $n
    $file = $base.file
    $edge = [long]0
    if ($null -ne $file) { $edge = $file.Length }
    $at = 0
    for ($i = 0; $i -lt $n; $i += 1) {
        $literal = $Raw[$literals + $i]
        if ($literal) {
            if ($literal -eq 255) {
                $literal = $wide[$w]
                $w += 1
            }
            [Buffer]::BlockCopy($Raw, $text, $yield, $at, $literal)
            $text += $literal
            $at += $literal
        }
        $copy = $Raw[$copies + $i]
        if ($copy) {
            if ($copy -eq 255) {
                $copy = $wide[$w]
                $w += 1
            }
            $jump = $Raw[$jumps + $i]
            if ($jump -eq 255) {
                $from += $literal + $wide[$w]
                $w += 1
            } else {
                $from += $literal + $jump - 127
            }
            if ($from -lt $edge) {
                $source = $file
                $source.Position = $from
            } else {
                $source = $open.part
                $source.Position = $from - $edge
            }
            if ($source.Read($yield, $at, $copy) -ne $copy) { throw 'a copy reads beyond its source' }
            $from += $copy
            $at += $copy
        }
    }
    if ($at -ne $Size) { throw 'another size than stated' }
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
            Expand-Chunk $raw $Q.size
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
    Add-Range $bytes $from $Q.size $got
    '"ok":true,"op":"chunk","at":' + $open.at
}

function Remove-Named {
    param($Names)
    $dropped = New-Object Collections.ArrayList
    foreach ($one in $Names) {
        if ($one -ceq $base.sha) { Close-Base }
        if ($one -ceq $open.sha) { Close-Content }
        $sound.Remove($one)
        if (Remove-Content $one) { [void]$dropped.Add($one) }
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
        Open-Part $Q.id
        if ($open.at -eq $open.size) {
            $open.list.SetLength(0)
            foreach ($name in 'part', 'list') { $open[$name].Dispose() }
            Open-Part $Q.id
        }
        return '"why":"whole","got":"' + $got + '"'
    }
    $open.part.Flush($true)
    Write-Whole ($path + '.json') (ConvertTo-Wire ([pscustomobject]@{ name = $open.name }))
    $open.part.Dispose()
    $open.part = $null
    [IO.File]::Move($path + '.part', $path)
    $open.list.Dispose()
    $open.list = $null
    [IO.File]::Delete($path + '.list')
    $sound[$mine] = $true
    Close-Content
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
            Add-Range $block 0 $n (Get-Hex $sha.ComputeHash($block, 0, $n)).Substring(0, 32)
            Write-Busy $Q.id 'copying' $open.at
        }
    } finally {
        $file.Dispose()
    }
    $text = Invoke-Finish $Q
    if ($text.StartsWith('"why":"whole"')) { '"why":"bundle","what":"sha"' } else { $text }
}

# GZipStream is what computes a CRC-32 here: the first 4 of the 8 bytes that it ends with.
function Invoke-Signature {
    param($Q)
    $bad = New-Object Collections.ArrayList
    if (-not (Use-Base $Q.id $Q.sha $bad)) { return '"why":"base","sha":"' + $Q.sha + '"' }
    $file = $base.file
    $file.Position = 0
    $sums = New-Object IO.MemoryStream
    $packed = New-Object IO.MemoryStream
    $bytes = New-Object 'byte[]' $Q.block
    while (($n = $file.Read($bytes, 0, $bytes.Length)) -gt 0) {
        $packed.SetLength(0)
        $stream = New-Object IO.Compression.GZipStream($packed, [IO.Compression.CompressionMode]::Compress, $true)
        $stream.Write($bytes, 0, $n)
        $stream.Dispose()
        $sums.Write($packed.GetBuffer(), $packed.Length - 8, 4)
        $sums.Write($sha.ComputeHash($bytes, 0, $n), 0, 3)
        Write-Busy $Q.id 'checking' $file.Position
    }
    '"ok":true,"op":"signature","sums":"' + [Convert]::ToBase64String($sums.ToArray()) + '"'
}

function Get-Trouble {
    param($Record)
    $inner = $Record.Exception
    while ($null -ne $inner.InnerException) { $inner = $inner.InnerException }
    # ERROR_DISK_FULL, ERROR_HANDLE_DISK_FULL, ENOSPC.
    if ($inner -is [IO.IOException] -and -2147024784, -2147024857, 28 -contains $inner.HResult) {
        return '"why":"space","need":' + ($open.size - $open.at) + ',"free":' + (Get-Free)
    }
    '"why":"error","message":' + (ConvertTo-Wire $inner.Message) + ',"type":"' + $inner.GetType().FullName + '","hresult":' + $inner.HResult
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
        $text = Get-Trouble $_
    }
    if (-not $text.StartsWith('"ok":true')) { $text = '"ok":false,"at":' + $open.at + ',' + $text }
    Write-Wire ('"id":' + $id + ',' + $text)
    $Error.Clear()
}
Close-Content
Close-Base
# Nothing waits for the watchdog.
[Environment]::Exit(0)
