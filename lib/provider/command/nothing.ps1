param($Params)
# What a free command leaves behind can't be looked at: this looks at nothing and prints nothing.
if ($false) {
    $Params
}
