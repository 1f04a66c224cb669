param($Params)
# What the process that answers takes, and whether its standard input is a pipe.
$process = [Diagnostics.Process]::GetCurrentProcess()
[pscustomobject]@{
    privateBytes = $process.PrivateMemorySize64
    handles = $process.HandleCount
    inputRedirected = [Console]::IsInputRedirected
}
