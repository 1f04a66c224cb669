# The store of contents: each whole under its SHA-256, its name beside it.

# Only administrators write below the store; .NET Framework can say so, elsewhere the folder is as its parent makes it.
function Open-Store {
    param($Store, $Folder)
    if ($PSVersionTable.PSVersion.Major -lt 6) {
        $acl = New-Object Security.AccessControl.DirectorySecurity
        $acl.SetSecurityDescriptorSddlForm('D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)', 'Access')
        [void][IO.Directory]::CreateDirectory($store, $acl)
        [IO.Directory]::SetAccessControl($store, $acl)
    }
    [void][IO.Directory]::CreateDirectory($folder)
}

function Write-Whole {
    param($Path, $Text, $Utf8)
    $new = $Path + '.' + $PID
    [IO.File]::WriteAllText($new, $Text, $utf8)
    if ([IO.File]::Exists($Path)) { [IO.File]::Replace($new, $Path, [NullString]::Value) } else { [IO.File]::Move($new, $Path) }
}

function New-Hash { New-Object Security.Cryptography.SHA256CryptoServiceProvider }

function Close-Hash {
    param($Hash)
    [void]$Hash.TransformFinalBlock((New-Object 'byte[]' 1), 0, 0)
    Get-Hex $Hash.Hash
}

# SHA-256 of an open file, from its start.
function Get-Sum {
    param($Id, $File, $Block)
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
    param($Path)
    try {
        foreach ($end in '', '.json', '.part', '.list') { [IO.File]::Delete($Path + $end) }
        $true
    } catch {
        $false
    }
}

function Get-Free {
    param($Store)
    (New-Object IO.DriveInfo $Store).AvailableFreeSpace
}

function Get-Versions {
    param($Folder, $Utf8)
    $all = foreach ($file in (New-Object IO.DirectoryInfo $folder).GetFiles('*.json')) {
        $content = New-Object IO.FileInfo ($file.FullName.Substring(0, $file.FullName.Length - 5))
        if ((Test-Sha $content.Name) -and $content.Exists) {
            $name = ConvertTo-Wire ([string](ConvertFrom-Json ([IO.File]::ReadAllText($file.FullName, $utf8))).name)
            '{"sha":"' + $content.Name + '","size":' + $content.Length + ',"name":' + $name + ',"at":"' + $file.LastWriteTimeUtc.ToString('yyyy-MM-ddTHH:mm:ss.fffZ') + '"}'
        }
    }
    '[' + (@($all) -join ',') + ']'
}

# What the worker keeps of who manages the host; a refusal when it is not this sender.
function Test-Sender {
    param($Sender, $Store, $Utf8)
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
