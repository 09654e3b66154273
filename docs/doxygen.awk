# SPDX-FileCopyrightText: 2026 Turnstile contributors
# SPDX-License-Identifier: MIT
#
# How doxygen reads a public header, line for line. The folder makes the topic (topics.dox has
# them), classes tell the header that bots include, and the names of our pages become links. What
# needs no comment is left out where it has none: copying and moving, comparing, hashing, printing,
# and what is protected.
FNR == 1 {
    count = split(FILENAME, parts, "/")
    topic = parts[count - 1] == "ratelimit" ? "ratelimiter" : parts[count - 1]
    header = parts[count]
    sub(/\.h$/, "", header)
}
{
    line = $0
    commented = previous ~ /^ *\/\/\//
    previous = line
}
begun {
    line = "\\{ */" line
    begun = 0
}
/^namespace Turnstile \{/ {
    line = line " /** \\addtogroup " topic
    begun = 1
}
/^\} \/\/ namespace Turnstile/ { line = "/** \\} */ " line }
/^(template <.*> )?(class|struct) .*\{$/ && commented {
    line = "/** \\headerfile " header ".h <Turnstile/" header "> */ " line
}
/^protected:/ { line = "private:" }
!commented && /^ *(friend .*(operator|qHash)|QDebug operator<<|[A-Z_]*EXPORT QDebug operator<<)/ { skipping = 1 }
!commented && (/ &operator=\(/ || /^    [A-Z][A-Za-z]*\((const )?[A-Z][A-Za-z]* &&?\)( noexcept)?;$/) { skipping = 1 }
skipping {
    line = ""
    if (/^ *\{$/) braced = 1
    if (braced ? /^ *\}$/ : /[;}]$/) skipping = braced = 0
}
/\/\// {
    gsub(/`docs\/semantics\.md`/, "[docs/semantics.md](docs/semantics.md)", line)
    gsub(/`docs\/monitor-protocol\.md`/, "[docs/monitor-protocol.md](docs/monitor-protocol.md)", line)
}
{ print line }
