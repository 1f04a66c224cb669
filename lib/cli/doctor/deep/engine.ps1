param($Params)
$system = Get-CimInstance -ClassName Win32_OperatingSystem -ErrorAction Stop
[pscustomobject]@{
    caption = $system.Caption
    version = $system.Version
    osLanguage = $system.OSLanguage
}
