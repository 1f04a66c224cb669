# A content that arrives: its lock, its part, and the list of ranges with their sums. Open is what the channel delivers.

function Close-Content {
    param($Open, $Live)
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
    param($Id, $Path, $Wait, $Open, $Live, $Watch)
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
    param($Id, $Open, $Yield, $Sha)
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
    param($Bytes, $From, $Size, $Sum, $Open)
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
