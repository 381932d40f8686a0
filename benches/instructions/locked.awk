# Adds up how often instructions that lock a cache line were executed: first file, their addresses; second file, what
# callgrind wrote with --dump-instr=yes. Only the program's own object is looked at.
FNR == NR { locked[$1] = 1; next }
# Names are written once, here or where an object is called into; later only their numbers.
/^c?ob=/ {
    called = /^cob=/; name = $0; sub(/^c?ob=/, "", name)
    if (match(name, /^\([0-9]+\)/)) {
        id = substr(name, 1, RLENGTH); rest = substr(name, RLENGTH + 2)
        if (rest != "") object[id] = rest
        name = object[id]
    }
    if (!called) mine = (name == program)
    next
}
# What a called function costs is on the line after calls=: not this instruction's own.
/^calls=/ { skip = 1; next }
/^0x/ || /^[+*-]/ {
    # Addresses may be relative to the line before.
    if ($1 ~ /^0x/) at = hex(substr($1, 3)); else if ($1 ~ /^\+/) at += number($1); else if ($1 ~ /^-/) at -= number($1)
    if (skip) { skip = 0; next }
    if (mine && (sprintf("%x", at) in locked)) total += $3
    next
}
END { printf "%d", total }
function number(text) { text = substr(text, 2); return text ~ /^0x/ ? hex(substr(text, 3)) : text + 0 }
function hex(text,    value, i) {
    value = 0
    for (i = 1; i <= length(text); i++) value = value * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
    return value
}
