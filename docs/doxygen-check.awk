# SPDX-FileCopyrightText: 2026 Turnstile contributors
# SPDX-License-Identifier: MIT
#
# Finds in doxygen's XML what doxygen does not warn of: values of enums without a comment, and
# parameters that a comment names (\a) and the function does not have.
function complain(text) {
    print file ":" line ": error: " text
    bad = 1
}
function inside() {
    split($0, parts, /[<>]/)
    return parts[3]
}
/<memberdef / {
    split("", parameters)
    split("", named)
    values = count = 0
}
/<qualifiedname>/ { member = inside() }
/<declname>/ { parameters[inside()] = 1 }
/<enumvalue / { inValue = 1; commented = 0 }
inValue && /<name>/ { value = inside() }
inValue && /<para>/ { commented = 1 }
/<\/enumvalue>/ {
    if (!commented) missing[++values] = value
    inValue = 0
}
/<emphasis>/ {
    rest = $0
    while (match(rest, /<emphasis>[a-z][A-Za-z]*/)) {
        named[++count] = substr(rest, RSTART + 10, RLENGTH - 10)
        rest = substr(rest, RSTART + RLENGTH)
    }
}
/<location / {
    split($0, parts, "\"")
    file = parts[2]
    line = parts[4]
}
/<\/memberdef>/ {
    for (i = 1; i <= values; ++i) complain("Value " missing[i] " of " member " is not documented.")
    for (i = 1; i <= count; ++i)
        if (!(named[i] in parameters)) complain(member " has no parameter " named[i] ".")
}
END { exit bad }
