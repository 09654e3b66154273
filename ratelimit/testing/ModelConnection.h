// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/testing/HttpRequestParser.h"
#include "ratelimit/testing/LatencyModel.h"
#include "ratelimit/testing/ServerReply.h"

#include <QtCore/QObject>
#include <QtCore/QTimer>

class QTcpSocket;

namespace Turnstile {

/// One client of a ModelApi. Serves its requests one after another, each in three steps: half of
/// the latency, the decision (that is when the request has arrived), the rest of the latency.
class ModelConnection : public QObject {
    Q_OBJECT
public:
    /// What becomes of a request.
    struct Outcome {
        enum class Kind { Answer, LongAnswer, Silence, Close, CloseInTheMiddle, Reset };
        Kind kind = Kind::Answer;
        ServerReply reply = {};
        qint64 size = 0;         ///< of LongAnswer: bytes of the body, see Fault::size
        milliseconds pause{0};   ///< of LongAnswer: before each byte; zero: as the client reads
        bool tellsLength = true; ///< of LongAnswer, see Fault::tellsLength
    };
    /// Who decides.
    class Server {
    public:
        virtual ~Server() = default;
        virtual LatencyModel::Delay delay() = 0;
        /// A request has arrived on \a connection. May end with the connection, or the server,
        /// deleted.
        virtual Outcome arrived(const HttpRequest &request, int connection) = 0;
        /// The answer to bytes that are no request.
        virtual ServerReply refused(const HttpRequestParser::Error &error) = 0;
        /// An answer with \a status goes out.
        virtual void answered(int status) = 0;
    };

    /// Takes the \a socket, and is called \a number. Deletes itself when the client has gone.
    ModelConnection(QTcpSocket *socket, int number, Server &server, QObject *parent);
    ~ModelConnection() override;

    /// Closes at once; what was on its way is forgotten. Deletes itself later.
    void drop();

private:
    void read();
    void serve();
    void proceed();
    void arrive();
    void answer();
    void startBody();
    void sendBody();
    void dripBody();
    void writeBody(qint64 most);
    void written();
    void finishAnswer();
    bool isLast() const;
    void close();
    void reset();
    void gone();
    void wait(milliseconds delay, void (ModelConnection::*then)());

    QTcpSocket *m_socket;
    const int m_number;
    Server &m_server;
    HttpRequestParser m_parser;
    HttpRequest m_request;
    Outcome m_outcome;
    LatencyModel::Delay m_delay;
    qint64 m_bodySize = 0; // of a long answer
    qint64 m_bodyAt = 0;   // what has been written of it
    QTimer m_timer;
    void (ModelConnection::*m_then)() = nullptr;
    bool m_busy = false;    // a request is on its way
    bool m_reading = false; // read() is on the stack
    bool m_closing = false; // nothing more is read
    bool m_gone = false;    // the client is
};

} // namespace Turnstile
