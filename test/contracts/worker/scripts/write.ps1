param($Params)
[IO.File]::WriteAllText($Params.path, $Params.content)
