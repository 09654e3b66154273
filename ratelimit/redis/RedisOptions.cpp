// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/redis/RedisOptions.h"

#include <QtCore/QStringDecoder>
#include <QtCore/QUrl>

#include <algorithm>
#include <cctype>
#include <limits>

namespace Turnstile {
namespace {

// What is wrong, as a sentence; none repeats the address, since any part of it may be a password.
using Problem = const char *;

constexpr int longestAddress = 2048;
constexpr Problem badSocket = "A socket is written unix:/run/redis.sock.";
constexpr Problem badLogin =
    "In a user or a password, / is written %2F, ? %3F, # %23, @ %40 and % %25.";

std::optional<int> numberIn(QStringView text, int least, int most)
{
    bool isNumber = false;
    const int number = text.toInt(&isNumber);
    const bool isPlain = std::all_of(
        text.begin(), text.end(), [](QChar digit) { return digit >= u'0' && digit <= u'9'; });
    return isNumber && isPlain && number >= least && number <= most ? std::optional(number)
                                                                    : std::nullopt;
}

bool isHex(QChar digit)
{
    return digit.unicode() < 128 && std::isxdigit(digit.unicode());
}

bool decode(QStringView text, QString &into)
{
    for (qsizetype at = text.indexOf(u'%'); at >= 0; at = text.indexOf(u'%', at + 1)) {
        if (at + 2 >= text.size() || !isHex(text[at + 1]) || !isHex(text[at + 2]))
            return false;
    }
    QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    into = decoder.decode(QByteArray::fromPercentEncoding(text.toUtf8()));
    return !decoder.hasError() && !into.contains(QChar::Null);
}

Problem readSocket(QStringView path, RedisOptions &options)
{
    if (!path.startsWith(u"//")) {
        options.unixSocket = path.toString();
    } else {
        path = path.sliced(2);
        if (!path.isEmpty() && !path.startsWith(u'/'))
            return badSocket;
        if (!decode(path, options.unixSocket))
            return "In the path of unix://, % is written %25.";
    }
    if (options.unixSocket.isEmpty())
        return badSocket;
    return nullptr;
}

Problem readLogin(QStringView login, RedisOptions &options)
{
    const qsizetype colon = login.indexOf(u':');
    if (login.isEmpty() || colon == login.size() - 1)
        return "The password before the @ is missing.";
    const QStringView user = colon < 0 ? login : login.first(colon);
    const QStringView password = colon < 0 ? QStringView() : login.sliced(colon + 1);
    if (login.contains(u'@') || !decode(user, options.user) || !decode(password, options.password))
        return badLogin;
    return nullptr;
}

Problem readHost(QStringView text, RedisOptions &options)
{
    const qsizetype bracket = text.lastIndexOf(u']');
    const qsizetype colon = text.indexOf(u':', bracket + 1);
    const QStringView name = colon < 0 ? text : text.first(colon);
    if (bracket < 0 && text.count(u':') > 1)
        return "An IPv6 address needs brackets, as in [::1]:6379.";
    if (name.isEmpty())
        return "The host is missing, as in redis://localhost:6379.";
    QUrl url;
    url.setHost(name.toString(), QUrl::StrictMode);
    options.host = url.host();
    if (options.host.isEmpty())
        return "The host is neither a name nor an address.";
    if (colon >= 0) {
        const std::optional<int> port =
            numberIn(text.sliced(colon + 1), 1, std::numeric_limits<quint16>::max());
        if (!port)
            return "The port behind the host is a number from 1 to 65535.";
        options.port = quint16(*port);
    }
    return nullptr;
}

// [user][:password]@host[:port][/database]
Problem readServer(QStringView text, RedisOptions &options)
{
    const auto end = std::find_if(
        text.begin(), text.end(), [](QChar c) { return c == u'/' || c == u'?' || c == u'#'; });
    const QStringView server = text.first(end - text.begin());
    const QStringView rest = text.sliced(server.size());
    if (rest.contains(u'@'))
        return badLogin;
    if (rest.contains(u'?') || rest.contains(u'#'))
        return "Nothing may follow behind a ? or a #.";
    const qsizetype at = server.lastIndexOf(u'@');
    if (at >= 0) {
        if (const Problem problem = readLogin(server.first(at), options))
            return problem;
    }
    if (const Problem problem = readHost(server.sliced(at + 1), options))
        return problem;
    if (rest.size() > 1) {
        const std::optional<int> number =
            numberIn(rest.sliced(1), 0, std::numeric_limits<int>::max());
        if (!number)
            return "The database behind the / is a number from 0 to 2147483647.";
        options.database = *number;
    }
    return nullptr;
}

Problem readAddress(QStringView text, RedisOptions &options)
{
    if (text.isEmpty())
        return "Say where the Redis is, as in redis://localhost:6379 or unix:/run/redis.sock.";
    if (text.size() > longestAddress)
        return "The address of a Redis has 2048 characters at most.";
    if (text.startsWith(u"unix:", Qt::CaseInsensitive))
        return readSocket(text.sliced(5), options);
    if (text.startsWith(u'/'))
        return badSocket;
    const qsizetype scheme = text.indexOf(u"://");
    if (scheme < 0)
        return readServer(text, options);
    const bool isTls = text.first(scheme).compare(u"rediss", Qt::CaseInsensitive) == 0;
    if (!isTls && text.first(scheme).compare(u"redis", Qt::CaseInsensitive) != 0)
        return "The address of a Redis begins with redis://, rediss:// (TLS), unix: or the host.";
    if (isTls)
        options.tls.emplace();
    return readServer(text.sliced(scheme + 3), options);
}

} // namespace

std::optional<RedisOptions> RedisOptions::parse(const QString &address, QString *problem)
{
    std::optional<RedisOptions> options(std::in_place);
    const Problem found = readAddress(QStringView(address).trimmed(), *options);
    if (problem)
        *problem = QString::fromLatin1(found);
    if (found)
        options.reset();
    return options;
}

} // namespace Turnstile
