// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/turnstile_testing_export.h"

#include <QtCore/QByteArray>
#include <QtCore/QList>

#include <optional>
#include <utility>

namespace Turnstile {

/// A request as it came over the wire.
struct TURNSTILE_TESTING_EXPORT HttpRequest {
    QByteArray method;
    QByteArray target; ///< path and query, as sent
    int minorVersion = 1;
    QList<std::pair<QByteArray, QByteArray>> headers; ///< names in lower case
    QByteArray body;

    /// The value of the header with that \a name (in lower case); empty when it is missing.
    QByteArray header(QByteArrayView name) const;
    /// Whether the connection may serve another request after this one.
    bool keepAlive() const;
};

/// Reads HTTP/1.0 and 1.1 requests from bytes that come in pieces of any size. No I/O.
///
/// Pipelined requests are kept until the one before has been taken. It holds no more than one
/// request within the bounds below, and what was fed beyond it. Once it has failed it stays so: the
/// answer is error(), and then the connection has to be closed.
class TURNSTILE_TESTING_EXPORT HttpRequestParser {
public:
    static constexpr qsizetype maxHead = 64 * 1024; ///< request line, headers and trailers
    static constexpr qsizetype maxBody = 32 * 1024 * 1024;

    struct Error {
        int status; ///< 400, 413, 417, 431, 501 or 505
        QByteArray text;
    };

    /// Takes more bytes in.
    void feed(QByteArrayView bytes);
    /// The next request that is complete.
    std::optional<HttpRequest> next();
    /// Whether it waits for a body that the client does not send before it has read `100 Continue`.
    /// True once per request.
    bool takeExpectContinue() { return std::exchange(m_expectContinue, false); }
    /// What was wrong with the bytes.
    const std::optional<Error> &error() const { return m_error; }

private:
    enum class State { RequestLine, Headers, Body, ChunkSize, ChunkData, ChunkEnd, Trailers, Done };

    bool step();
    std::optional<QByteArray> takeLine();
    bool takeBody(State then);
    void readRequestLine(const QByteArray &line);
    void readHeader(const QByteArray &line);
    void endHead();
    void readContentLength(QByteArrayView value);
    void readChunkSize(const QByteArray &line);
    void fail(int status, const char *text);

    State m_state = State::RequestLine;
    QByteArray m_in;
    qsizetype m_read = 0;    // of m_in, taken
    qsizetype m_scanned = 0; // of m_in, without a line end
    qsizetype m_head = 0;    // bytes of the head so far
    qsizetype m_wanted = 0;  // bytes of the body or chunk to come
    std::optional<qsizetype> m_contentLength;
    bool m_expectContinue = false;
    HttpRequest m_request;
    std::optional<Error> m_error;
};

} // namespace Turnstile
