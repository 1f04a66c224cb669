# What the bytes of a chunk yield, and what of a base is told for those that hold none.

# What a chunk yields, in $yield: literals and copies in turn; a copy reads from the base, or behind its end from the part.
function Expand-Chunk {
    param($Raw, $Size, $Yield, $File, $Part)
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
                $source = $Part
                $source.Position = $from - $edge
            }
            if ($source.Read($yield, $at, $copy) -ne $copy) { throw 'a copy reads beyond its source' }
            $from += $copy
            $at += $copy
        }
    }
    if ($at -ne $Size) { throw 'another size than stated' }
}

# GZipStream is what computes a CRC-32 here: the first 4 of the 8 bytes that it ends with.
function Get-Signature {
    param($Id, $File, $Size, $Sha)
    $File.Position = 0
    $sums = New-Object IO.MemoryStream
    $packed = New-Object IO.MemoryStream
    $bytes = New-Object 'byte[]' $Size
    while (($n = $File.Read($bytes, 0, $bytes.Length)) -gt 0) {
        $packed.SetLength(0)
        $stream = New-Object IO.Compression.GZipStream($packed, [IO.Compression.CompressionMode]::Compress, $true)
        $stream.Write($bytes, 0, $n)
        $stream.Dispose()
        $sums.Write($packed.GetBuffer(), $packed.Length - 8, 4)
        $sums.Write($Sha.ComputeHash($bytes, 0, $n), 0, 3)
        Write-Busy $Id 'checking' $File.Position
    }
    [Convert]::ToBase64String($sums.ToArray())
}
