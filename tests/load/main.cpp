// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// turnstile-load-bot: many buckets and many tickets, for monitors to watch. Says every 5 s what it
// reached and what that cost.

#include "tests/load/LoadBot.h"

#include <QtCore/QCommandLineParser>
#include <QtCore/QCoreApplication>
#include <QtCore/QFile>

#include <cstdio>
#include <unistd.h>

using namespace Turnstile;

namespace {

constexpr std::chrono::seconds reportInterval{5};

// 0 where there is no /proc.
double residentMiB()
{
    QFile file(QStringLiteral("/proc/self/statm"));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    const qint64 pages = file.readAll().split(' ').value(1).toLongLong();
    return double(pages * sysconf(_SC_PAGESIZE)) / (1024 * 1024);
}

class Report {
public:
    Report(LoadBot *bot, const MonitorPublisher *publisher)
        : m_bot(bot)
        , m_publisher(publisher)
    {
    }

    void print()
    {
        const quint64 granted = m_bot->granted() - std::exchange(m_granted, m_bot->granted());
        const quint64 notAsked = m_bot->notAsked() - std::exchange(m_notAsked, m_bot->notAsked());
        m_seconds += reportInterval;
        std::printf("%5lld s  %7.0f grants/s  %6d waiting  %7.1f MiB resident  %6lld KiB unsent  "
                    "%2d monitors  longest stall %lld ms\n",
            static_cast<long long>(m_seconds.count()),
            double(granted) / double(reportInterval.count()), m_bot->waiting(), residentMiB(),
            static_cast<long long>(m_publisher->unsentBytes() / 1024), m_publisher->monitorCount(),
            static_cast<long long>(m_bot->takeLongestStall().count()));
        if (notAsked > 0)
            std::printf("         cannot keep up: %llu tickets were not asked for, as too many "
                        "waited\n",
                static_cast<unsigned long long>(notAsked));
        std::fflush(stdout);
    }

private:
    LoadBot *m_bot;
    const MonitorPublisher *m_publisher;
    std::chrono::seconds m_seconds{0};
    quint64 m_granted = 0;
    quint64 m_notAsked = 0;
};

// At least 1, or 0 after saying what is wrong.
int number(const QCommandLineParser &parser, const QString &name)
{
    bool isNumber = false;
    const int value = parser.value(name).toInt(&isNumber);
    if (isNumber && value >= 1 && value <= 10'000'000)
        return value;
    std::fprintf(stderr, "--%s takes a number from 1 to 10000000.\n", qPrintable(name));
    return 0;
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("load-bot"));
    const QString buckets = QStringLiteral("buckets");
    const QString rate = QStringLiteral("rate");
    const QString seconds = QStringLiteral("seconds");
    const QString socket = QStringLiteral("socket");
    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral("Many tickets, for monitors to watch. Each "
                                                    "bucket allows 5 in 5 s."));
    parser.addOption(
        {buckets, QStringLiteral("How many buckets (1000)."), buckets, QStringLiteral("1000")});
    parser.addOption(
        {rate, QStringLiteral("Tickets per second (1000)."), rate, QStringLiteral("1000")});
    parser.addOption({seconds, QStringLiteral("How long (60)."), seconds, QStringLiteral("60")});
    parser.addOption({socket, QStringLiteral("Where monitors find it, if not by themselves."),
        QStringLiteral("path")});
    parser.addHelpOption();
    parser.process(app);
    const int bucketCount = number(parser, buckets);
    const int perSecond = number(parser, rate);
    const int duration = number(parser, seconds);
    if (bucketCount == 0 || perSecond == 0 || duration == 0)
        return 2;

    LoadBot bot(bucketCount, perSecond);
    MonitorPublisher publisher(bot.limiter());
    publisher.setControlAllowed(true);
    const bool listens =
        parser.isSet(socket) ? publisher.listen(parser.value(socket)) : publisher.listen();
    if (!listens) {
        std::fprintf(stderr, "%s\n", qPrintable(publisher.errorString()));
        return 1;
    }
    std::printf("Monitors find it at %s\n", qPrintable(publisher.path()));

    Report report(&bot, &publisher);
    QTimer timer;
    QObject::connect(&timer, &QTimer::timeout, &app, [&report] { report.print(); });
    timer.setTimerType(Qt::PreciseTimer);
    timer.start(reportInterval);
    QTimer::singleShot(std::chrono::seconds(duration), Qt::PreciseTimer, &app, [&] {
        const double reached = double(bot.granted()) / duration;
        std::printf("%.0f grants/s of %d, %llu failed%s\n", reached, perSecond,
            static_cast<unsigned long long>(bot.failed()),
            bot.notAsked() > 0 ? ": it could not keep up" : "");
        QCoreApplication::exit(bot.notAsked() > 0 ? 1 : 0);
    });
    bot.start();
    return QCoreApplication::exec();
}
