// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/monitoring/MonitorClient.h"

#include "ratelimit/Clock.h"
#include "ratelimit/monitoring/MonitorCodec.h"
#include "ratelimit/monitoring/MonitorDirectory.h"
#include "ratelimit/monitoring/MonitorFrames.h"

#include <QtCore/QFileInfo>
#include <QtCore/QMap>
#include <QtCore/QPointer>
#include <QtCore/QTimer>
#include <QtNetwork/QLocalSocket>
#include <QtNetwork/QSslConfiguration>
#include <QtNetwork/QSslSocket>

#include <functional>

namespace Turnstile {

using State = MonitorClient::State;

static constexpr milliseconds firstRetry{250};
static constexpr milliseconds lastRetry{2000};
// How long the event loop may have to wait for us, but for what one slot takes.
static constexpr milliseconds readSlice{8};
static constexpr qint64 readAhead = 1024 * 1024;
// How often the clocks are compared anew, as they drift.
static constexpr std::chrono::seconds clockPeriod{30};

class MonitorClientPrivate {
public:
    explicit MonitorClientPrivate(MonitorClient *client)
        : q(client)
    {
        retryTimer.setSingleShot(true);
        silenceTimer.setSingleShot(true);
        silenceTimer.setInterval(MonitorProtocol::silenceTimeout);
        QObject::connect(&retryTimer, &QTimer::timeout, q, [this] { connectNow(); });
        QObject::connect(&silenceTimer, &QTimer::timeout, q,
            [this] { lose(QStringLiteral("The bot does not say anything.")); });
    }

    void connectNow();
    void connectLocal();
    void connectTcp();
    void wire(QIODevice *device);
    void hangUp();
    void wasClosed();
    void lose(const QString &why, bool isFinal = false);
    void findAnother();
    void enter(State to, const QString &why = {});
    void subscribe();
    void read(milliseconds atMost = readSlice);
    void readOn();
    void handle(const QByteArray &payload);
    void greet(const MonitorHello &message);
    void tell(MonitorUpdate update);
    void answer(const MonitorResult &result);
    void endCommands();
    bool isLate(TimePoint sent);
    void send(const QByteArray &payload) { socket->write(MonitorFrames::frame(payload)); }

    MonitorClient *q;
    MonitorAddress address;
    QString token;
    milliseconds interval = MonitorProtocol::shortestInterval;
    QSslConfiguration tls = QSslConfiguration::defaultConfiguration();
    State state = State::Idle;
    QString reason;
    MonitorHello hello;
    TimePoint lastHeard;

    QIODevice *socket = nullptr;
    MonitorFrames frames{MonitorProtocol::mostToClient};
    bool isGreeted = false;
    bool isContinued = false; // reading goes on in the next turn of the event loop
    QTimer retryTimer;
    QTimer silenceTimer;
    milliseconds retryDelay{};
    std::optional<quint64> instance; // of the last update
    QMap<quint64, MonitorCommand> commands;
    quint64 lastCommand = 0;

    // Where the publisher's epoch is on our clock: by the message that took the shortest time.
    TimePoint epoch;
    TimePoint nextEpoch; // the same, of this period
    TimePoint epochUntil;
};

void MonitorClientPrivate::connectNow()
{
    hangUp();
    frames = MonitorFrames(MonitorProtocol::mostToClient);
    isGreeted = false;
    silenceTimer.start();
    if (address.isLocal())
        connectLocal();
    else
        connectTcp();
}

void MonitorClientPrivate::connectLocal()
{
    auto *local = new QLocalSocket(q);
    wire(local);
    local->setReadBufferSize(readAhead);
    QObject::connect(local, &QLocalSocket::connected, q, [this] { subscribe(); });
    QObject::connect(local, &QLocalSocket::disconnected, q, [this] { wasClosed(); });
    QObject::connect(local, &QLocalSocket::errorOccurred, q,
        [this, local](QLocalSocket::LocalSocketError error) {
            if (error == QLocalSocket::PeerClosedError)
                return; // there may be something to read still
            const bool isNobody = error == QLocalSocket::ServerNotFoundError
                || error == QLocalSocket::ConnectionRefusedError;
            lose(isNobody ? QStringLiteral("No bot listens at %1.").arg(address.text())
                          : local->errorString());
        });
    // A relative name would be sought in the folder for temporary files.
    local->connectToServer(QFileInfo(address.path()).absoluteFilePath());
}

void MonitorClientPrivate::connectTcp()
{
    auto *tcp = new QSslSocket(q);
    wire(tcp);
    tcp->setReadBufferSize(readAhead);
    QObject::connect(tcp, &QAbstractSocket::disconnected, q, [this] { wasClosed(); });
    QObject::connect(
        tcp, &QAbstractSocket::errorOccurred, q, [this, tcp](QAbstractSocket::SocketError error) {
            if (error != QAbstractSocket::RemoteHostClosedError)
                lose(QStringLiteral("%1: %2.").arg(address.text(), tcp->errorString()),
                    error == QAbstractSocket::SslHandshakeFailedError);
        });
    tcp->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    if (address.usesTls()) {
        if (!QSslSocket::supportsSsl()) {
            lose(QStringLiteral("Qt finds no TLS library on this machine."), true);
            return;
        }
        QObject::connect(tcp, &QSslSocket::encrypted, q, [this] { subscribe(); });
        tcp->setSslConfiguration(tls);
        tcp->connectToHostEncrypted(address.host(), address.port());
    } else {
        QObject::connect(tcp, &QAbstractSocket::connected, q, [this] { subscribe(); });
        tcp->connectToHost(address.host(), address.port());
    }
}

void MonitorClientPrivate::wire(QIODevice *device)
{
    socket = device;
    QObject::connect(device, &QIODevice::readyRead, q, [this] { read(); });
}

void MonitorClientPrivate::hangUp()
{
    retryTimer.stop();
    silenceTimer.stop();
    if (QIODevice *old = std::exchange(socket, nullptr)) {
        old->disconnect(q);
        old->deleteLater(); // we may be in a signal of it
        old->close();
    }
}

void MonitorClientPrivate::wasClosed()
{
    const QPointer<MonitorClient> alive(q);
    const QPointer<QIODevice> closed = socket;
    read(milliseconds::max()); // there may be a goodbye
    if (alive && closed && closed == socket)
        lose(QStringLiteral("The bot has closed the connection."));
}

void MonitorClientPrivate::lose(const QString &why, bool isFinal)
{
    const QPointer<MonitorClient> alive(q);
    hangUp();
    isGreeted = false;
    if (isFinal) {
        enter(State::Failed, why);
    } else {
        findAnother();
        retryDelay = std::clamp(2 * retryDelay, firstRetry, lastRetry);
        retryTimer.start(retryDelay);
        enter(State::Lost, why);
    }
    if (alive)
        endCommands();
}

// A bot that was started again has another socket.
void MonitorClientPrivate::findAnother()
{
    const auto gone = address.isLocal() ? MonitorDirectory::botOf(address.path()) : std::nullopt;
    if (!gone || MonitorDirectory::isRunning(gone->pid))
        return;
    QDateTime newest;
    const MonitorDirectory directory(QFileInfo(address.path()).absolutePath());
    for (const MonitorDirectory::Bot &bot : directory.entries()) {
        const QDateTime madeAt = QFileInfo(bot.path).lastModified();
        if (bot.application != gone->application || bot.pid == gone->pid
            || (newest.isValid() && madeAt <= newest) || !MonitorDirectory::answers(bot.path))
            continue;
        newest = madeAt;
        address = MonitorAddress::local(bot.path);
    }
}

void MonitorClientPrivate::enter(State to, const QString &why)
{
    if (state == to && reason == why)
        return;
    state = to;
    reason = why;
    Q_EMIT q->stateChanged();
}

void MonitorClientPrivate::subscribe()
{
    MonitorSubscribe wish;
    wish.interval = interval;
    wish.token = token;
    send(MonitorCodec::encode(wish));
}

void MonitorClientPrivate::read(milliseconds atMost)
{
    const QPointer<MonitorClient> alive(q);
    const TimePoint begin = clockNow();
    const QPointer<QIODevice> current = socket;
    while (current && current == socket) {
        if (const auto payload = frames.next()) {
            handle(*payload);
            if (!alive)
                return;
        } else if (!frames.problem().isEmpty()) {
            lose(frames.problem(), true);
            return;
        } else if (socket->bytesAvailable() > 0) {
            frames.feed(socket->read(readAhead));
            lastHeard = clockNow();
            silenceTimer.start();
        } else {
            return;
        }
        if (std::chrono::floor<milliseconds>(clockNow() - begin) >= atMost) {
            readOn();
            return;
        }
    }
}

void MonitorClientPrivate::readOn()
{
    if (std::exchange(isContinued, true))
        return;
    const auto step = [this] {
        isContinued = false;
        if (socket)
            read();
    };
    QMetaObject::invokeMethod(q, step, Qt::QueuedConnection);
}

void MonitorClientPrivate::handle(const QByteArray &payload)
{
    auto decoded = MonitorCodec::decode(payload, isGreeted ? epoch : TimePoint());
    if (!decoded.problem.isEmpty()) {
        lose(decoded.problem, true);
    } else if (const auto *message = std::get_if<MonitorHello>(&decoded.message)) {
        greet(*message);
    } else if (const auto *goodbye = std::get_if<MonitorGoodbye>(&decoded.message)) {
        lose(goodbye->reason, goodbye->isFinal);
    } else if (!isGreeted) {
        lose(QStringLiteral("The bot does not begin with a hello."), true);
    } else if (auto *update = std::get_if<MonitorUpdate>(&decoded.message)) {
        if (isLate(update->at))
            decoded = MonitorCodec::decode(payload, epoch); // the same, in time
        tell(std::move(std::get<MonitorUpdate>(decoded.message)));
    } else if (const auto *heartbeat = std::get_if<MonitorHeartbeat>(&decoded.message)) {
        isLate(heartbeat->at);
    } else if (const auto *result = std::get_if<MonitorResult>(&decoded.message)) {
        answer(*result);
    }
}

void MonitorClientPrivate::greet(const MonitorHello &message)
{
    if (!isGreeted) {
        epoch = nextEpoch = clockNow() - message.at.time_since_epoch();
        epochUntil = clockNow() + clockPeriod;
    }
    isGreeted = true;
    hello = message;
    retryDelay = {};
    state = State::Live;
    reason.clear();
    Q_EMIT q->stateChanged();
}

// Compares the clocks by a message that was \a sent, and returns whether they have to be set right:
// nothing was sent after it came.
bool MonitorClientPrivate::isLate(TimePoint sent)
{
    const TimePoint now = clockNow();
    const TimePoint seen = now - (sent - epoch);
    nextEpoch = std::min(nextEpoch, seen);
    if (now >= epochUntil) {
        epoch = std::exchange(nextEpoch, TimePoint::max());
        epochUntil = now + clockPeriod;
        return true;
    }
    if (seen >= epoch)
        return false;
    epoch = seen;
    return true;
}

void MonitorClientPrivate::tell(MonitorUpdate update)
{
    update.reset = instance && *instance != hello.instance;
    instance = hello.instance;
    Q_EMIT q->updated(update);
}

void MonitorClientPrivate::answer(const MonitorResult &result)
{
    const auto command = commands.constFind(result.number);
    if (command == commands.cend())
        return;
    const MonitorCommand asked = *command;
    commands.erase(command);
    Q_EMIT q->controlled(asked, result.problem);
}

void MonitorClientPrivate::endCommands()
{
    const QPointer<MonitorClient> alive(q);
    const auto open = std::exchange(commands, {});
    for (const MonitorCommand &command : open) {
        if (alive)
            Q_EMIT q->controlled(command, QStringLiteral("The connection was lost."));
    }
}

MonitorClient::MonitorClient(QObject *parent)
    : QObject(parent)
    , d(std::make_unique<MonitorClientPrivate>(this))
{
}

MonitorClient::~MonitorClient()
{
    d->hangUp();
}

void MonitorClient::open(const MonitorAddress &address, const QString &token)
{
    close();
    d->address = address;
    d->token = token;
    d->retryDelay = {};
    if (!address.isValid()) {
        d->enter(State::Failed, address.problem());
        return;
    }
    d->enter(State::Connecting);
    d->connectNow();
}

void MonitorClient::close()
{
    d->hangUp();
    d->isGreeted = false;
    d->enter(State::Idle);
    d->endCommands();
}

MonitorClient::State MonitorClient::state() const
{
    return d->state;
}

QString MonitorClient::stateText() const
{
    return d->reason;
}

const MonitorAddress &MonitorClient::address() const
{
    return d->address;
}

const MonitorHello &MonitorClient::hello() const
{
    return d->hello;
}

TimePoint MonitorClient::lastHeard() const
{
    return d->lastHeard;
}

void MonitorClient::setInterval(milliseconds interval)
{
    d->interval =
        std::clamp(interval, MonitorProtocol::shortestInterval, MonitorProtocol::longestInterval);
    if (d->isGreeted)
        d->subscribe();
}

void MonitorClient::setTlsConfiguration(const QSslConfiguration &configuration)
{
    d->tls = configuration;
}

void MonitorClient::setSilenceTimeout(milliseconds timeout)
{
    d->silenceTimer.setInterval(timeout);
}

QString MonitorClient::controlProblem() const
{
    if (!d->isGreeted)
        return QStringLiteral("The bot is not connected.");
    if (!d->hello.controlAllowed)
        return QStringLiteral("The bot does not allow control "
                              "(MonitorPublisher::setControlAllowed()).");
    return {};
}

void MonitorClient::control(const MonitorCommand &command)
{
    if (const QString problem = controlProblem(); !problem.isEmpty()) {
        QMetaObject::invokeMethod(
            this, [this, command, problem] { Q_EMIT controlled(command, problem); },
            Qt::QueuedConnection);
        return;
    }
    d->commands.insert(++d->lastCommand, command);
    d->send(MonitorCodec::encode(MonitorRequest{d->lastCommand, command}));
}

} // namespace Turnstile
