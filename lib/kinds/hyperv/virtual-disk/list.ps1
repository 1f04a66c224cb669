param($Params)
# Disks of machines, below their checkpoints, and what lies in the folder for disks.
$paths = @()
foreach ($vm in @(Get-VM -ErrorAction Stop)) {
    foreach ($drive in @(Get-VMHardDiskDrive -VM $vm -ErrorAction Stop)) {
        $path = $drive.Path
        while ($path -like '*.avhd*') {
            $path = (Get-VHD -Path $path -ErrorAction Stop).ParentPath
        }
        if ($path -like '?:\*' -and [IO.File]::Exists($path)) {
            $paths += $path
        }
    }
}
$server = Get-VMHost -ErrorAction Stop
if ([IO.Directory]::Exists($server.VirtualHardDiskPath)) {
    $paths += @(Get-ChildItem -LiteralPath $server.VirtualHardDiskPath -ErrorAction Stop | Where-Object { -not $_.PSIsContainer -and ($_.Name -like '*.vhd' -or $_.Name -like '*.vhdx') } | ForEach-Object { $_.FullName })
}
$things = @()
foreach ($path in @($paths | Sort-Object -Unique)) {
    $disk = Get-VHD -Path $path -ErrorAction Stop
    $note = $path + '.chancery'
    $created = $false
    if ([IO.File]::Exists($note)) {
        $created = [IO.File]::ReadAllText($note) -eq $disk.DiskIdentifier
    }
    $things += [pscustomobject]@{
        path = $path
        type = $disk.VhdType.ToString()
        sizeBytes = $disk.Size
        blockSizeBytes = $disk.BlockSize
        diskId = $disk.DiskIdentifier
        created = $created
    }
}
[pscustomobject]@{
    things = $things
}
