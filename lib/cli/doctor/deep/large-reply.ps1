param($Params)
# What answers turns this into JSON; only its length is kept.
[pscustomobject]@{
    text = 'abcdefgh' * 300000
}
