# SPDX-FileCopyrightText: 2026 Turnstile contributors
# SPDX-License-Identifier: MIT
#
# How doxygen reads our files, line for line.
#
# Public headers: the folder makes the topic (topics.dox has them), classes tell the header that
# bots include, and the names of our pages become links. What needs no comment is left out where it
# has none: copying and moving, comparing, hashing, printing, and what is protected. A setter right
# behind its getter has the comment of that.
# The main page and the topics: names of the API between backticks become links, and have to be
# right. The rules: doxygen does not know emphasis around a parenthesis.
FILENAME ~ /semantics\.md$/ {
    gsub(/\*\(inferred\)\*/, "(*inferred*)")
    print
    next
}
FILENAME !~ /\.h$/ {
    while (match($0, /`[A-Z][A-Za-z]+(::[a-z][A-Za-z]*)?(\(\))?`/)) {
        name = substr($0, RSTART + 1, RLENGTH - 2)
        $0 = substr($0, 1, RSTART - 1) "\\ref Turnstile::" name " \"" name "\"" \
            substr($0, RSTART + RLENGTH)
    }
    print
    next
}
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
/^ *\/\/\// {
    text = $0
    sub(/^ *\/\/\/ ?/, "", text)
    comment = commented ? comment " " text : text
}
getter && $0 ~ "^    void set" getter "\\(" { line = "    /** " comment " */ " line }
{
    getter = ""
    if (commented && match($0, /[a-z][A-Za-z]*\(\) const/)) {
        getter = substr($0, RSTART, RLENGTH - 8)
        sub(/^is/, "", getter)
        getter = toupper(substr(getter, 1, 1)) substr(getter, 2)
    }
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
!commented && (/^ *friend / || /^[A-Z_]*EXPORT QDebug operator<</ || / &operator=\(/ \
    || /^    [A-Z][A-Za-z]*\((const )?[A-Z][A-Za-z]* &&?\)( noexcept)?;$/) { skipping = 1 }
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
