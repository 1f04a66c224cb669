param($Params)
# sshd sets "clientAddress clientPort serverAddress serverPort".
$fields = @()
if ($null -ne $env:SSH_CONNECTION) {
    $fields = @($env:SSH_CONNECTION.Split(' '))
}
[pscustomobject]@{
    set = ($null -ne $env:SSH_CONNECTION)
    fields = $fields.Count
}
