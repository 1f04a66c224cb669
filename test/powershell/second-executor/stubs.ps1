# Makes an engine answer out of the simulation: commands and static types that reach a machine become stubs that ask the other side, over
# one connection, a line of JSON each way at a time. Dot-sourced.
$global:ErrorActionPreference = 'Stop'
$global:ProgressPreference = 'SilentlyContinue'
$global:ConfirmPreference = 'None'
Set-StrictMode -Version 2.0
[Threading.Thread]::CurrentThread.CurrentCulture = [Globalization.CultureInfo]::InvariantCulture

$global:Lab = @{
    reader = $null
    writer = $null
    types = [Collections.Hashtable]::new([StringComparer]::Ordinal)
    failures = [Collections.Hashtable]::new([StringComparer]::Ordinal)
    objects = @{}
    here = ''
    getters = [Collections.Hashtable]::new([StringComparer]::Ordinal)
    blocks = [Collections.Hashtable]::new([StringComparer]::Ordinal)
    modules = [Collections.Hashtable]::new([StringComparer]::Ordinal)
    emit = [Reflection.Emit.AssemblyBuilder]::DefineDynamicAssembly([Reflection.AssemblyName]::new('Lab'), 'Run').DefineDynamicModule('Lab')
}

# What the other side hands out: an object with a number and a text, and no members of its own.
function global:New-LabRoot {
    $make = $Lab.emit.DefineType('Chancery.LabObject', 'Public')
    [void]$make.DefineField('Number', [int], 'Assembly')
    $text = $make.DefineField('Text', [string], 'Assembly')
    $code = $make.DefineMethod('ToString', 'Public,Virtual,HideBySig', [string], [type]::EmptyTypes).GetILGenerator()
    $code.Emit([Reflection.Emit.OpCodes]::Ldarg_0)
    $code.Emit([Reflection.Emit.OpCodes]::Ldfld, $text)
    $code.Emit([Reflection.Emit.OpCodes]::Ret)
    $root = $make.CreateType()
    $Lab.root = $root
    $Lab.number = $root.GetField('Number', 'Instance,NonPublic')
    $Lab.text = $root.GetField('Text', 'Instance,NonPublic')
}

function global:Add-LabClass {
    param([string[]]$Chain)
    $type = $Lab.root
    for ($i = $Chain.Count - 1; $i -ge 0; $i--) {
        $name = $Chain[$i]
        if (-not $Lab.types.ContainsKey($name)) {
            # What the engine knows of a class of this name gives way to what the simulation says.
            try { $Lab.table.RemoveType($name) } catch { $null = $_ }
            $Lab.types[$name] = $Lab.emit.DefineType($name, 'Public', $type).CreateType()
        }
        $type = $Lab.types[$name]
    }
    $type
}

function global:Add-LabEnum {
    param($Name, $Values)
    $known = $Name -as [type]
    if ($null -eq $known) {
        $make = $Lab.emit.DefineEnum($Name, 'Public', [int])
        foreach ($value in $Values.EnumerateObject()) { [void]$make.DefineLiteral($value.Name, $value.Value.GetInt32()) }
        $known = $make.CreateType()
    }
    $Lab.types[$Name] = $known
}

# An exception of this type; a type that only Windows has is made.
function global:New-LabException {
    param($Type, $Message, $Result)
    $known = $Lab.failures[$Type]
    if ($null -eq $known) {
        $known = $Type -as [type]
        if ($null -eq $known) {
            $base = [Exception]
            $make = $Lab.emit.DefineType($Type, 'Public', $base)
            $code = $make.DefineConstructor('Public', 'Standard', [type[]]@([string])).GetILGenerator()
            $code.Emit([Reflection.Emit.OpCodes]::Ldarg_0)
            $code.Emit([Reflection.Emit.OpCodes]::Ldarg_1)
            $code.Emit([Reflection.Emit.OpCodes]::Call, $base.GetConstructor([type[]]@([string])))
            $code.Emit([Reflection.Emit.OpCodes]::Ret)
            $known = $make.CreateType()
        }
        $Lab.failures[$Type] = $known
    }
    $exception = $known.GetConstructor([type[]]@([string])).Invoke(@([string]$Message))
    $exception.HResult = $Result
    $exception
}

function global:ConvertTo-LabQuoted {
    param($Text)
    '"' + [System.Text.Json.JsonEncodedText]::Encode([string]$Text).ToString() + '"'
}

# A value as the other side reads it.
function global:ConvertTo-LabText {
    param($Value)
    if ($null -eq $Value) { return 'null' }
    $base = $Value
    if ($Value -is [psobject]) { $base = $Value.PSObject.BaseObject }
    $type = $base.GetType()
    if ($base -is [string]) { return (ConvertTo-LabQuoted $base) }
    if ($base -is [bool]) { if ($base) { return 'true' } else { return 'false' } }
    if ($base -is [switch]) { if ($base.IsPresent) { return 'true' } else { return 'false' } }
    if ($base -is [char]) { return '{"k":"char","v":' + (ConvertTo-LabQuoted $base) + '}' }
    if ($base -is [enum]) { return '{"k":"enum","t":"' + $type.FullName + '","v":"' + $base.ToString() + '","i":' + [long]$base + '}' }
    if ($type.IsPrimitive -or $base -is [decimal]) { return '{"k":"number","t":"' + $type.Name + '","v":"' + $base.ToString([Globalization.CultureInfo]::InvariantCulture) + '"}' }
    if ($base -is $Lab.root) { return '{"k":"object","id":' + $Lab.number.GetValue($base) + '}' }
    if ($base -is [System.DateTime]) { return '{"k":"date","v":"' + $base.Ticks + '","t":"' + $base.Kind + '"}' }
    if ($base -is [timespan]) { return '{"k":"span","v":"' + $base.Ticks + '"}' }
    if ($base -is [version]) { return '{"k":"version","v":"' + $base + '"}' }
    if ($base -is [guid] -or $base -is [ipaddress] -or $base -is [uri]) { return '{"k":"scalar","t":"' + $type.FullName + '","v":' + (ConvertTo-LabQuoted $base) + '}' }
    if ($base -is [type]) { return '{"k":"type","v":"' + $base.FullName + '"}' }
    if ($base -is [Text.Encoding]) { return '{"k":"encoding","t":"' + $type.FullName + '","mark":' + ($base.GetPreamble().Length -gt 0).ToString().ToLowerInvariant() + '}' }
    if ($base -is [Collections.IDictionary]) {
        $pairs = foreach ($entry in $base.GetEnumerator()) { '[' + (ConvertTo-LabText $entry.Key) + ',' + (ConvertTo-LabText $entry.Value) + ']' }
        return '{"k":"table","t":"' + $type.FullName + '","i":[' + ($pairs -join ',') + ']}'
    }
    if ($base -is [Collections.IList]) {
        $items = foreach ($item in $base) { ConvertTo-LabText $item }
        if ($type.IsArray) { return '{"k":"array","t":"' + $type.GetElementType().FullName + '","i":[' + ($items -join ',') + ']}' }
        return '{"k":"list","t":"' + $type.FullName + '","i":[' + ($items -join ',') + ']}'
    }
    if ($base -is [Management.Automation.PSCustomObject]) {
        $pairs = foreach ($property in $Value.PSObject.Properties) { '[' + (ConvertTo-LabQuoted $property.Name) + ',' + (ConvertTo-LabText $property.Value) + ']' }
        return '{"k":"custom","i":[' + ($pairs -join ',') + ']}'
    }
    throw ('Internal error: the simulation is given a value of ' + $type.FullName)
}

# A property of an object is asked for when it is read: it follows the world.
function global:Get-LabGetter {
    param($Name)
    if (-not $Lab.getters.ContainsKey($Name)) {
        $quoted = $Name.Replace("'", "''")
        $Lab.getters[$Name] = [psscriptproperty]::new($Name, [scriptblock]::Create("Read-LabProperty `$this '$quoted'"))
    }
    $Lab.getters[$Name]
}

function global:Read-LabProperty {
    param($Object, $Name)
    try {
        $answer = Send-Lab ('{"get":' + $Lab.number.GetValue($Object.PSObject.BaseObject) + ',"name":' + (ConvertTo-LabQuoted $Name) + '}')
        , (ConvertFrom-Lab $answer.GetProperty('value'))
    } catch {
        # Whoever reads a property sees null where its getter fails.
        [void](Send-Lab ('{"defect":' + (ConvertTo-LabQuoted $_) + '}'))
    }
}

# A value out of what the other side sent.
function global:ConvertFrom-Lab {
    param($Element)
    switch ($Element.ValueKind.ToString()) {
        'Null' { return $null }
        'True' { return $true }
        'False' { return $false }
        'String' { return $Element.GetString() }
    }
    switch ($Element.GetProperty('k').GetString()) {
        'number' { return [Convert]::ChangeType($Element.GetProperty('v').GetString(), [type]('System.' + $Element.GetProperty('t').GetString()), [Globalization.CultureInfo]::InvariantCulture) }
        'char' { return [char]$Element.GetProperty('v').GetString() }
        'enum' {
            $name = $Element.GetProperty('t').GetString()
            $type = $Lab.types[$name]
            if ($null -eq $type) { $type = $name -as [type] }
            if ($null -eq $type) { throw "Internal error: no enum $name" }
            $value = [Enum]::ToObject($type, $Element.GetProperty('i').GetInt32())
            if ($value.ToString() -cne $Element.GetProperty('v').GetString()) { throw "Internal error: $name has $value where the simulation says $($Element.GetProperty('v').GetString())" }
            return $value
        }
        'date' { return [System.DateTime]::new([long]$Element.GetProperty('v').GetString(), [System.DateTimeKind]$Element.GetProperty('t').GetString()) }
        'span' { return [timespan]::new([long]$Element.GetProperty('v').GetString()) }
        'cast' { return [Management.Automation.LanguagePrimitives]::ConvertTo($Element.GetProperty('v').GetString(), [type]$Element.GetProperty('t').GetString()) }
        'array' {
            $items = $Element.GetProperty('i')
            $element = $Element.GetProperty('t').GetString() -as [type]
            if ($null -eq $element) { $element = [object] }
            $array = [Array]::CreateInstance($element, $items.GetArrayLength())
            for ($i = 0; $i -lt $array.Length; $i++) { $array.SetValue((ConvertFrom-Lab $items[$i]), $i) }
            return , $array
        }
        'list' {
            $list = New-Object 'Collections.Generic.List[object]'
            foreach ($item in $Element.GetProperty('i').EnumerateArray()) { $list.Add((ConvertFrom-Lab $item)) }
            return , $list
        }
        'table' {
            $table = @{}
            if ($Element.GetProperty('ordered').GetBoolean()) { $table = [ordered]@{} }
            foreach ($pair in $Element.GetProperty('i').EnumerateArray()) { $table.Add((ConvertFrom-Lab $pair[0]), (ConvertFrom-Lab $pair[1])) }
            return $table
        }
        'custom' {
            $object = [pscustomobject]@{}
            foreach ($pair in $Element.GetProperty('i').EnumerateArray()) { $object.PSObject.Properties.Add([psnoteproperty]::new($pair[0].GetString(), (ConvertFrom-Lab $pair[1]))) }
            return $object
        }
        'object' {
            $number = $Element.GetProperty('id').GetInt32()
            $known = $Lab.objects[$number]
            if ($null -ne $known) { return $known }
            $chain = @(foreach ($one in $Element.GetProperty('chain').EnumerateArray()) { $one.GetString() })
            $made = [Activator]::CreateInstance((Add-LabClass $chain))
            $Lab.number.SetValue($made, $number)
            $Lab.text.SetValue($made, $Element.GetProperty('text').GetString())
            $object = [psobject]::AsPSObject($made)
            $object.PSObject.TypeNames.Clear()
            foreach ($one in $Element.GetProperty('types').EnumerateArray()) { $object.PSObject.TypeNames.Add($one.GetString()) }
            foreach ($one in $Element.GetProperty('names').EnumerateArray()) { $object.PSObject.Members.Add((Get-LabGetter $one.GetString())) }
            $Lab.objects[$number] = $object
            return $object
        }
    }
    throw 'Internal error: not a value'
}

function global:Get-LabField {
    param($Element, $Name)
    $field = [System.Text.Json.JsonElement]::new()
    if ($Element.TryGetProperty($Name, [ref]$field)) { $field }
}

# Asks, and waits for the answer.
function global:Send-Lab {
    param($Text)
    $Lab.writer.WriteLine($Text)
    $line = $Lab.reader.ReadLine()
    if ($null -eq $line) { [Environment]::Exit(0) }
    $answer = [System.Text.Json.JsonDocument]::Parse($line).RootElement
    $now = Get-LabField $answer 'now'
    if ($null -ne $now) { [LabDateTime]::Set([long]$now.GetString()) }
    $answer
}

function global:New-LabRecord {
    param($About)
    $exception = New-LabException $About.GetProperty('type').GetString() $About.GetProperty('message').GetString() $About.GetProperty('hresult').GetInt32()
    [Management.Automation.ErrorRecord]::new($exception, $About.GetProperty('id').GetString(), [Management.Automation.ErrorCategory]$About.GetProperty('category').GetString(), (ConvertFrom-Lab $About.GetProperty('target')))
}

# The body of every stub: what was bound goes over, what the simulation did comes back in its order.
function global:Invoke-LabCommand {
    param($Cmdlet, $Name, $Bound, $Action)
    $given = foreach ($entry in $Bound.GetEnumerator()) { (ConvertTo-LabQuoted $entry.Key) + ':' + (ConvertTo-LabText $entry.Value) }
    $answer = Send-Lab ('{"call":"' + $Name + '","set":' + (ConvertTo-LabQuoted $Cmdlet.ParameterSetName) + ',"stop":' + ($Action -eq 'Stop').ToString().ToLowerInvariant() + ',"bound":{' + ($given -join ',') + '}}')
    foreach ($event in $answer.GetProperty('events').EnumerateArray()) {
        $about = $event.GetProperty('value')
        switch ($event.GetProperty('is').GetString()) {
            'output' { $Cmdlet.WriteObject((ConvertFrom-Lab $about), $false) }
            'warning' { $Cmdlet.WriteWarning($about.GetString()) }
            'error' { $Cmdlet.WriteError((New-LabRecord $about)) }
            'failure' { $Cmdlet.ThrowTerminatingError((New-LabRecord $about)) }
        }
    }
}

# A static method; what it throws is wrapped as the engine wraps what a compiled one throws.
function global:Invoke-LabStatic {
    param($Type, $Method, $Given)
    $arguments = @(foreach ($one in $Given) { ConvertTo-LabText $one })
    $answer = Send-Lab ('{"static":"' + $Type + '","method":"' + $Method + '","given":[' + ($arguments -join ',') + ']}')
    $thrown = Get-LabField $answer 'thrown'
    if ($null -ne $thrown) {
        $inner = New-LabException $thrown.GetProperty('type').GetString() $thrown.GetProperty('message').GetString() $thrown.GetProperty('hresult').GetInt32()
        $message = 'Exception calling "{0}" with "{1}" argument(s): "{2}"' -f $Method, $arguments.Count, $inner.Message
        $outer = [Management.Automation.MethodInvocationException]::new($message, $inner)
        throw [Management.Automation.ErrorRecord]::new($outer, $inner.GetType().Name, 'NotSpecified', $null)
    }
    , (ConvertFrom-Lab $answer.GetProperty('value'))
}

# The static types that our scripts use and that reach a machine. Names in brackets find them first, as a scope's own classes. A path that
# begins with a slash is none of Windows: it is the worker's own, where that runs elsewhere.
class LabFile {
    static [IO.FileStream] Open([string]$path, [IO.FileMode]$mode, [IO.FileAccess]$access, [IO.FileShare]$share) { return [System.IO.File]::Open($path, $mode, $access, $share) }
    static [bool] Exists([string]$path) { if ($path -clike '/*') { return [System.IO.File]::Exists($path) } return (Invoke-LabStatic 'System.IO.File' 'Exists' @($path)) }
    static [byte[]] ReadAllBytes([string]$path) { if ($path -clike '/*') { return [System.IO.File]::ReadAllBytes($path) } return (Invoke-LabStatic 'System.IO.File' 'ReadAllBytes' @($path)) }
    static [string] ReadAllText([string]$path) { if ($path -clike '/*') { return [System.IO.File]::ReadAllText($path) } return (Invoke-LabStatic 'System.IO.File' 'ReadAllText' @($path)) }
    static [string] ReadAllText([string]$path, [Text.Encoding]$encoding) { if ($path -clike '/*') { return [System.IO.File]::ReadAllText($path, $encoding) } return (Invoke-LabStatic 'System.IO.File' 'ReadAllText' @($path, $encoding)) }
    static [void] WriteAllBytes([string]$path, [byte[]]$bytes) { if ($path -clike '/*') { [System.IO.File]::WriteAllBytes($path, $bytes); return } $null = Invoke-LabStatic 'System.IO.File' 'WriteAllBytes' @($path, $bytes) }
    static [void] WriteAllText([string]$path, [string]$text) { if ($path -clike '/*') { [System.IO.File]::WriteAllText($path, $text); return } $null = Invoke-LabStatic 'System.IO.File' 'WriteAllText' @($path, $text) }
    static [void] WriteAllText([string]$path, [string]$text, [Text.Encoding]$encoding) { if ($path -clike '/*') { [System.IO.File]::WriteAllText($path, $text, $encoding); return } $null = Invoke-LabStatic 'System.IO.File' 'WriteAllText' @($path, $text, $encoding) }
    static [void] Delete([string]$path) { if ($path -clike '/*') { [System.IO.File]::Delete($path); return } $null = Invoke-LabStatic 'System.IO.File' 'Delete' @($path) }
    static [void] Move([string]$from, [string]$to) { if ($from -clike '/*') { [System.IO.File]::Move($from, $to); return } $null = Invoke-LabStatic 'System.IO.File' 'Move' @($from, $to) }
    static [void] Copy([string]$from, [string]$to) { if ($from -clike '/*') { [System.IO.File]::Copy($from, $to); return } $null = Invoke-LabStatic 'System.IO.File' 'Copy' @($from, $to) }
    static [void] Copy([string]$from, [string]$to, [bool]$overwrite) { if ($from -clike '/*') { [System.IO.File]::Copy($from, $to, $overwrite); return } $null = Invoke-LabStatic 'System.IO.File' 'Copy' @($from, $to, $overwrite) }
    static [void] Replace([string]$from, [string]$to, [string]$backup) { if ($from -clike '/*') { [System.IO.File]::Replace($from, $to, [NullString]::Value); return } $null = Invoke-LabStatic 'System.IO.File' 'Replace' @($from, $to, $backup) }
}

class LabDirectory {
    static [bool] Exists([string]$path) { if ($path -clike '/*') { return [System.IO.Directory]::Exists($path) } return (Invoke-LabStatic 'System.IO.Directory' 'Exists' @($path)) }
    static [object] CreateDirectory([string]$path) { if ($path -clike '/*') { return [System.IO.Directory]::CreateDirectory($path) } return (Invoke-LabStatic 'System.IO.Directory' 'CreateDirectory' @($path)) }
    static [void] Delete([string]$path) { if ($path -clike '/*') { [System.IO.Directory]::Delete($path); return } $null = Invoke-LabStatic 'System.IO.Directory' 'Delete' @($path) }
    static [void] Delete([string]$path, [bool]$recurse) { if ($path -clike '/*') { [System.IO.Directory]::Delete($path, $recurse); return } $null = Invoke-LabStatic 'System.IO.Directory' 'Delete' @($path, $recurse) }
    static [void] Move([string]$from, [string]$to) { if ($from -clike '/*') { [System.IO.Directory]::Move($from, $to); return } $null = Invoke-LabStatic 'System.IO.Directory' 'Move' @($from, $to) }
}

# Paths are Windows' own, whatever system the engine runs on.
class LabPath {
    static [string] Combine([string]$first, [string]$second) { if ($first -clike '/*') { return [System.IO.Path]::Combine($first, $second) } return (Invoke-LabStatic 'System.IO.Path' 'Combine' @($first, $second)) }
    static [string] Combine([string]$first, [string]$second, [string]$third) { return [LabPath]::Combine([LabPath]::Combine($first, $second), $third) }
    static [string] GetDirectoryName([string]$path) { if ($path -clike '/*') { return [System.IO.Path]::GetDirectoryName($path) } return (Invoke-LabStatic 'System.IO.Path' 'GetDirectoryName' @($path)) }
    static [string] GetFileName([string]$path) { if ($path -clike '/*') { return [System.IO.Path]::GetFileName($path) } return (Invoke-LabStatic 'System.IO.Path' 'GetFileName' @($path)) }
    static [string] GetExtension([string]$path) { if ($path -clike '/*') { return [System.IO.Path]::GetExtension($path) } return (Invoke-LabStatic 'System.IO.Path' 'GetExtension' @($path)) }
    static [string] ChangeExtension([string]$path, [string]$extension) { if ($path -clike '/*') { return [System.IO.Path]::ChangeExtension($path, $extension) } return (Invoke-LabStatic 'System.IO.Path' 'ChangeExtension' @($path, $extension)) }
}

class LabIdentity {
    static [object] GetCurrent() { return (Invoke-LabStatic 'System.Security.Principal.WindowsIdentity' 'GetCurrent' @()) }
}

class LabDateTime {
    static [System.DateTime] $UtcNow
    static [System.DateTime] $Now
    static [void] Set([long]$ticks) {
        [LabDateTime]::UtcNow = [System.DateTime]::new($ticks, 'Utc')
        [LabDateTime]::Now = [System.DateTime]::new($ticks, 'Local')
    }
}

function Set-LabTypes {
    $own = [Reflection.BindingFlags]'Instance,Public,NonPublic'
    $context = $ExecutionContext.GetType().GetField('_context', $own).GetValue($ExecutionContext)
    $Lab.table = $context.GetType().GetProperty('TypeTable', $own).GetValue($context)
    $session = $context.GetType().GetProperty('EngineSessionState', $own).GetValue($context)
    $scope = $session.GetType().GetProperty('GlobalScope', $own).GetValue($session)
    $add = $scope.GetType().GetMethod('AddType', $own)
    $given = @{
        'IO.File' = [LabFile]
        'IO.Directory' = [LabDirectory]
        'IO.Path' = [LabPath]
        'Security.Principal.WindowsIdentity' = [LabIdentity]
        'DateTime' = [LabDateTime]
    }
    foreach ($name in $given.Keys) { [void]$add.Invoke($scope, @($name, $given[$name])) }
}

# Modules come and go with the features of the host.
function Set-LabModules {
    param($Wanted)
    if ($Lab.here -ceq ($Wanted -join ' ')) { return }
    $Lab.here = $Wanted -join ' '
    foreach ($name in @($Lab.modules.Keys)) {
        $module = $Lab.modules[$name]
        $here = $null -ne (Get-Module -Name $module.Name)
        if ($Wanted -contains $name -and -not $here) { Import-Module -ModuleInfo $module -Global -DisableNameChecking }
        if ($Wanted -notcontains $name -and $here) { Remove-Module -ModuleInfo $module -Force }
    }
}

# Asks for the enums, classes and stubs, and puts them in place.
function Connect-Lab {
    param([int]$Port)
    $client = New-Object Net.Sockets.TcpClient '127.0.0.1', $Port
    $client.NoDelay = $true
    $stream = $client.GetStream()
    $Lab.reader = New-Object IO.StreamReader $stream, (New-Object Text.UTF8Encoding $false)
    $Lab.writer = New-Object IO.StreamWriter $stream, (New-Object Text.UTF8Encoding $false)
    $Lab.writer.NewLine = "`n"
    $Lab.writer.AutoFlush = $true
    New-LabRoot
    Set-LabTypes
    $order = Send-Lab '{"ready":true}'
    foreach ($one in $order.GetProperty('enums').EnumerateObject()) { Add-LabEnum $one.Name $one.Value }
    foreach ($one in $order.GetProperty('modules').EnumerateArray()) {
        foreach ($chain in $one.GetProperty('classes').EnumerateArray()) { [void](Add-LabClass @(foreach ($name in $chain.EnumerateArray()) { $name.GetString() })) }
        $name = $one.GetProperty('module').GetString()
        $Lab.modules[$name] = New-Module -Name "Lab.$name" -ScriptBlock ([scriptblock]::Create($one.GetProperty('text').GetString()))
    }
}

# The host's environment and modules, as an order says them.
function Enter-LabHost {
    param($Order)
    $Lab.objects = @{}
    foreach ($one in $Order.GetProperty('environment').EnumerateObject()) { [Environment]::SetEnvironmentVariable($one.Name, (ConvertFrom-Lab $one.Value)) }
    Set-LabModules @(foreach ($one in $Order.GetProperty('here').EnumerateArray()) { $one.GetString() })
}
