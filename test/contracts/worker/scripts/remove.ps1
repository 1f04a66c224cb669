param($Params)
[IO.File]::Delete($Params.path)
