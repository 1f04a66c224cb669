param($Params)
$identity = [Security.Principal.WindowsIdentity]::GetCurrent()
$administrators = $identity.Groups | Where-Object { $_.Value -eq 'S-1-5-32-544' }
[pscustomobject]@{
    account = $identity.Name
    administrator = ($null -ne $administrators)
}
