// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/testing/HttpRequestParser.h"

#include <algorithm>

namespace Turnstile {
namespace {

bool isTokenChar(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
        || QByteArrayView("!#$%&'*+-.^_`|~").contains(c);
}

bool isToken(QByteArrayView text)
{
    return !text.isEmpty() && std::all_of(text.begin(), text.end(), isTokenChar);
}

/// Printable ASCII and beyond, no blanks.
bool isTarget(QByteArrayView text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return uchar(c) > 32 && c != 127; });
}

bool isFieldValue(QByteArrayView text)
{
    return std::all_of(
        text.begin(), text.end(), [](char c) { return uchar(c) >= 32 ? c != 127 : c == '\t'; });
}

bool hasListItem(const QByteArray &list, QByteArrayView item)
{
    const QList<QByteArray> items = list.split(',');
    return std::any_of(items.cbegin(), items.cend(), [item](const QByteArray &one) {
        return one.trimmed().compare(item, Qt::CaseInsensitive) == 0;
    });
}

} // namespace

QByteArray HttpRequest::header(QByteArrayView name) const
{
    const auto it = std::find_if(headers.cbegin(), headers.cend(),
        [name](const auto &field) { return field.first == name; });
    return it == headers.cend() ? QByteArray() : it->second;
}

bool HttpRequest::keepAlive() const
{
    const QByteArray connection = header("connection");
    return minorVersion >= 1 ? !hasListItem(connection, "close")
                             : hasListItem(connection, "keep-alive");
}

void HttpRequestParser::feed(QByteArrayView bytes)
{
    if (!m_error)
        m_in.append(bytes);
}

std::optional<HttpRequest> HttpRequestParser::next()
{
    while (m_state != State::Done && !m_error && step()) { }
    m_in.remove(0, m_read);
    m_scanned -= m_read;
    m_read = 0;
    if (m_state != State::Done || m_error)
        return std::nullopt;

    HttpRequest request = std::exchange(m_request, {});
    m_state = State::RequestLine;
    m_head = 0;
    m_contentLength.reset();
    m_expectContinue = false;
    return request;
}

/// Goes on by one line or piece of body; false when that needs more bytes.
bool HttpRequestParser::step()
{
    switch (m_state) {
    case State::Body:
        return takeBody(State::Done);
    case State::ChunkData:
        return takeBody(State::ChunkEnd);
    default:
        break;
    }
    const std::optional<QByteArray> line = takeLine();
    if (!line)
        return false;

    switch (m_state) {
    case State::RequestLine:
        if (!line->isEmpty()) // some clients end a body with an empty line that they do not count
            readRequestLine(*line);
        break;
    case State::Headers:
        if (line->isEmpty())
            endHead();
        else
            readHeader(*line);
        break;
    case State::ChunkSize:
        readChunkSize(*line);
        break;
    case State::ChunkEnd:
        if (line->isEmpty())
            m_state = State::ChunkSize;
        else
            fail(400, "A chunk is longer than its size says");
        break;
    case State::Trailers:
        if (line->isEmpty())
            m_state = State::Done;
        break;
    default:
        break;
    }
    return true;
}

std::optional<QByteArray> HttpRequestParser::takeLine()
{
    const qsizetype end = m_in.indexOf('\n', qMax(m_scanned, m_read));
    m_scanned = end < 0 ? m_in.size() : end + 1;
    const qsizetype length = m_scanned - m_read;
    const bool chunk = m_state == State::ChunkSize || m_state == State::ChunkEnd;
    if (length > maxHead - (chunk ? 0 : m_head)) {
        fail(431, "The head of the request is longer than 64 KiB");
        return std::nullopt;
    }
    if (end < 0)
        return std::nullopt;

    QByteArray line = m_in.sliced(m_read, length - 1);
    if (line.endsWith('\r'))
        line.chop(1);
    m_head += chunk ? 0 : length;
    m_read = m_scanned;
    return line;
}

bool HttpRequestParser::takeBody(State then)
{
    const qsizetype count = qMin(m_wanted, m_in.size() - m_read);
    m_request.body.append(QByteArrayView(m_in).sliced(m_read, count));
    m_read += count;
    m_scanned = m_read;
    m_wanted -= count;
    if (m_wanted > 0)
        return false;
    m_state = then;
    return true;
}

void HttpRequestParser::readRequestLine(const QByteArray &line)
{
    const QList<QByteArray> words = line.split(' ');
    if (words.size() != 3 || !isToken(words[0]) || words[1].isEmpty() || !isTarget(words[1]))
        return fail(400, "The request line is not: METHOD TARGET HTTP/1.1");
    if (!words[2].startsWith("HTTP/"))
        return fail(400, "The request line does not end with the HTTP version");
    if (words[2] != "HTTP/1.1" && words[2] != "HTTP/1.0")
        return fail(505, "Only HTTP/1.1 and HTTP/1.0 are spoken here");
    m_request.method = words[0];
    m_request.target = words[1];
    m_request.minorVersion = words[2].back() - '0';
    m_state = State::Headers;
}

void HttpRequestParser::readHeader(const QByteArray &line)
{
    const qsizetype colon = line.indexOf(':');
    const QByteArrayView name = QByteArrayView(line).first(qMax(colon, 0));
    const QByteArrayView value = QByteArrayView(line).sliced(colon + 1).trimmed();
    if (!isToken(name) || !isFieldValue(value))
        return fail(400, "A header line is not: NAME: VALUE");
    m_request.headers.emplaceBack(name.toByteArray().toLower(), value.toByteArray());
    if (m_request.headers.last().first == "content-length")
        readContentLength(value);
}

void HttpRequestParser::readContentLength(QByteArrayView value)
{
    const bool digits =
        std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (value.isEmpty() || !digits)
        return fail(400, "Content-Length is not a number");
    bool ok = false;
    const qsizetype length = value.toByteArray().toLongLong(&ok);
    if (!ok || length > maxBody)
        return fail(413, "The body is longer than 32 MiB");
    if (m_contentLength && *m_contentLength != length)
        return fail(400, "Content-Length came twice with different values");
    m_contentLength = length;
}

void HttpRequestParser::endHead()
{
    const QByteArray expect = m_request.header("expect");
    const QByteArray coding = m_request.header("transfer-encoding");
    if (m_request.minorVersion >= 1 && m_request.header("host").isEmpty())
        return fail(400, "Host is missing");
    if (!coding.isEmpty() && coding.compare("chunked", Qt::CaseInsensitive) != 0)
        return fail(501, "Only chunked is known as a Transfer-Encoding");
    if (!coding.isEmpty() && m_contentLength)
        return fail(400, "Content-Length and Transfer-Encoding exclude each other");
    if (!expect.isEmpty() && expect.compare("100-continue", Qt::CaseInsensitive) != 0)
        return fail(417, "Only 100-continue can be expected");

    m_wanted = m_contentLength.value_or(0);
    m_state = !coding.isEmpty() ? State::ChunkSize : State::Body;
    m_expectContinue =
        !expect.isEmpty() && m_request.minorVersion >= 1 && (m_wanted > 0 || !coding.isEmpty());
}

void HttpRequestParser::readChunkSize(const QByteArray &line)
{
    const QByteArrayView size = QByteArrayView(line)
                                    .first(line.indexOf(';') < 0 ? line.size() : line.indexOf(';'))
                                    .trimmed();
    const bool digits = !size.isEmpty() && std::all_of(size.begin(), size.end(), [](char c) {
        return QByteArrayView("0123456789abcdefABCDEF").contains(c);
    });
    if (!digits)
        return fail(400, "The size of a chunk is not a hexadecimal number");
    bool ok = false;
    m_wanted = size.toByteArray().toLongLong(&ok, 16);
    if (!ok || m_wanted > maxBody - m_request.body.size())
        return fail(413, "The body is longer than 32 MiB");
    m_state = m_wanted > 0 ? State::ChunkData : State::Trailers;
}

void HttpRequestParser::fail(int status, const char *text)
{
    m_error = Error{status, text};
    m_in.clear();
    m_read = m_scanned = 0;
}

} // namespace Turnstile
