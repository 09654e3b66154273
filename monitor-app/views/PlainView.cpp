// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/PlainView.h"

#include "monitor-app/models/Format.h"
#include "monitor-app/sources/ReplaySource.h"
#include "monitor-app/sources/Session.h"
#include "monitor-app/views/TerminalText.h"

#include <cerrno>
#include <cstring>

namespace Turnstile::Monitor {

using namespace std::chrono_literals;
using State = MonitorSource::State;

PlainView::PlainView(Session *session, std::FILE *output, TextOptions options, QObject *parent)
    : QObject(parent)
    , m_session(session)
    , m_output(output)
    , m_options(std::move(options))
    , m_startedAt(std::chrono::steady_clock::now())
{
    m_timer.setTimerType(Qt::PreciseTimer);
    m_timer.setInterval(1s);
    connect(&m_timer, &QTimer::timeout, this, &PlainView::print);
    connect(session, &Session::stateChanged, this, &PlainView::checkState);
}

PlainView::~PlainView()
{
    if (m_timer.isActive()
        && (!m_hasPrinted || m_timer.remainingTimeAsDuration() < m_timer.intervalAsDuration() / 2))
        print();
}

void PlainView::start()
{
    m_timer.start();
    if (const auto *replay = qobject_cast<const ReplaySource *>(m_session->source()))
        connect(replay, &ReplaySource::finished, this, [this] { Q_EMIT ended(0); });
    checkState();
}

void PlainView::checkState()
{
    const MonitorSource *source = m_session->source();
    if (!source)
        return;
    m_wasAttached |= source->state() == State::Live || source->state() == State::Replay;
    if (source->state() == State::Failed && m_timer.isActive())
        Q_EMIT ended(1);
}

void PlainView::print()
{
    if (!m_session->source() || m_isBroken)
        return;
    m_hasPrinted = true;
    Store *store = m_session->store();
    store->makeFrame();
    QStringList lines{head()};
    if (m_wasAttached) {
        lines += figuresLine(*store);
        lines += processLines(*store);
        lines += bucketTable(*store, m_options);
    }
    const QByteArray bytes = lines.join(QLatin1Char('\n')).toUtf8() + "\n\n";
    if (std::fwrite(bytes.constData(), 1, size_t(bytes.size()), m_output) == size_t(bytes.size())
        && std::fflush(m_output) == 0)
        return;
    m_isBroken = true;
    const int error = errno;
    if (error != EPIPE)
        std::fprintf(stderr, "%s\n",
            qUtf8Printable(tr("Cannot write: %1.").arg(QString::fromLocal8Bit(strerror(error)))));
    Q_EMIT ended(error == EPIPE ? 0 : 1);
}

QString PlainView::head() const
{
    const MonitorSource *source = m_session->source();
    const auto running =
        std::chrono::round<std::chrono::seconds>(std::chrono::steady_clock::now() - m_startedAt);
    QString head = tr("%1, after %2 s").arg(source->name()).arg(running.count());
    if (source->state() == State::Connecting)
        head += tr(": connecting");
    else if (m_wasAttached && m_session->isStale())
        head += tr(": %1 old. %2").arg(Format::duration(m_session->age()), source->stateText());
    else if (source->state() == State::Lost || source->state() == State::Failed)
        head += QStringLiteral(": ") + source->stateText();
    return TerminalText::printable(head);
}

} // namespace Turnstile::Monitor
