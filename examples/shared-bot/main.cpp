// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// One of several processes of a bot: they use one token, and share its limits in a Redis. Start it
// as often as you like; `./dev demo shared` starts three, with a Redis, an API and a monitor.

#include <Turnstile/MonitorPublisher>
#include <Turnstile/RedisRatelimiter>
#include <Turnstile/RestClient>

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QTimer>

#include <csignal>

using namespace Turnstile;

// Who is killed leaves the others to wait for what it held: a bot ends in order.
static volatile std::sig_atomic_t hasToEnd = 0;
static void end(int /*signal*/)
{
    hasToEnd = 1;
}

static void tell(const SharedState &shared)
{
    for (const SharedProcess &process : shared.processes)
        qInfo("%s %lld@%s%s holds %d leases.", qPrintable(process.name), process.pid,
            qPrintable(process.host), process.isOwn ? " (this one)" : "", process.leases);
}

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    QCommandLineParser line;
    line.setApplicationDescription(u"One of several processes of a bot, that share a token."_qs);
    line.addHelpOption();
    line.addOptions({
        {u"redis"_qs,
            u"Where the limits are shared: redis://[user][:password]@host[:port][/database], "
            "rediss:// with TLS, host[:port], or unix:PATH. The password may be in the environment "
            "instead: TURNSTILE_REDIS_PASSWORD."_qs,
            u"address"_qs, u"localhost:6379"_qs},
        {u"api"_qs, u"Where the API is; `turnstile-sim serve` is one."_qs, u"URL"_qs},
        {u"channels"_qs, u"Asks for so many channels in turn (10)."_qs, u"N"_qs, u"10"_qs},
        {u"requests"_qs, u"Asks so often (50)."_qs, u"N"_qs, u"50"_qs},
        {u"name"_qs, u"What it is called."_qs, u"text"_qs, u"shared-bot"_qs},
        {u"keep-going"_qs, u"Asks anew for each answer, without end."_qs},
        {u"monitor"_qs, u"Monitors may watch it."_qs},
        {u"watch"_qs, u"Tells each second which of the processes holds what."_qs},
    });
    line.process(app);
    const int channels = line.value(u"channels"_qs).toInt();
    const int requests = line.value(u"requests"_qs).toInt();
    const QString name = line.value(u"name"_qs);
    const QUrl api(line.value(u"api"_qs));
    if (api.host().isEmpty() || channels < 1 || requests < 1) {
        qCritical("Say where the API is, as in --api http://127.0.0.1:8080; numbers are above 0.");
        return 1;
    }

    QString problem;
    std::optional<RedisOptions> redis = RedisOptions::parse(line.value(u"redis"_qs), &problem);
    if (!redis) {
        qCritical("--redis: %s", qPrintable(problem));
        return 1;
    }
    const QByteArray token = "Bot token"; // which a real bot reads from a file
    redis->name = name;                   // for those who watch any of the processes
    redis->fingerprint = Credential::token(token).fingerprint(); // the token itself stays here
    if (redis->password.isEmpty()) // others on the machine can read a command line
        redis->password = qEnvironmentVariable("TURNSTILE_REDIS_PASSWORD");

    RedisRatelimiter limiter(*redis);
    QObject::connect(&limiter, &RedisRatelimiter::sharingChanged, &app,
        [&](bool isConnected, const QString &why) {
            const QString news = why.isEmpty() ? u"shares the limits."_qs
                : isConnected                  ? why
                                               : why + u" Requests wait."_qs;
            qInfo("%s: %s", qPrintable(name), qPrintable(news));
        });
    int limited = 0;
    QObject::connect(&limiter, &Ratelimiter::rateLimited, &app, [&limited] { ++limited; });
    MonitorPublisher publisher(&limiter);
    publisher.setApplication(name);
    if (line.isSet(u"monitor"_qs) && !publisher.listen())
        qWarning("Nobody can watch: %s", qPrintable(publisher.errorString())); // the bot goes on

    // What a monitor shows, for a program: whoever asks each second is kept up to date.
    QTimer watch;
    QObject::connect(&watch, &QTimer::timeout, &app, [&] { tell(limiter.sharedState()); });
    if (line.isSet(u"watch"_qs))
        watch.start(1000);

    RestClient client(&limiter);
    client.setBaseUrl(api);
    client.setToken(token);
    int asked = 0, succeeded = 0, failed = 0;
    const std::function<void()> ask = [&] {
        const int channel = asked++ % channels + 1;
        auto *reply = client.get(QStringLiteral("/channels/%1/messages").arg(channel));
        QObject::connect(reply, &RestReply::finished, &app, [&, reply] {
            (reply->error() ? failed : succeeded) += 1;
            if (line.isSet(u"keep-going"_qs))
                ask();
            else if (succeeded + failed == requests)
                app.exit(failed == 0 ? 0 : 1);
        });
    };
    for (int i = 0; i < requests; ++i)
        ask();
    QTimer ending;
    QObject::connect(&ending, &QTimer::timeout, &app, [] {
        if (hasToEnd != 0)
            QCoreApplication::quit();
    });
    ending.start(100);
    std::signal(SIGTERM, end);
    std::signal(SIGINT, end);
    const int code = app.exec();
    const auto sharing = limiter.sharing();
    qInfo("%s: %d succeeded, %d failed, %d times 429; %.2f round trips per ticket, %d processes.",
        qPrintable(name), succeeded, failed, limited,
        double(sharing.calls) / double(qMax(1ULL, sharing.granted)), sharing.processes);
    return code;
}
