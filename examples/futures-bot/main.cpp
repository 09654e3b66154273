// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// A bot with futures: it fetches the members of a guild, as many pages at a time as the bucket has
// tokens. Its API is a local model of Discord's.

#include <Turnstile/InMemoryRatelimiter>
#include <Turnstile/ModelApi>

#include <QCoreApplication>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QTimer>

using namespace Turnstile;
using namespace std::chrono_literals;

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    ModelApi api;
    api.setLimit("GET /guilds/{guild}/members", {.limit = 4, .window = 300ms});
    api.setLatency(20ms);
    const QUrl base = api.listen();

    InMemoryRatelimiter limiter;
    QNetworkAccessManager manager;
    const Endpoint members(Method::Get, "/guilds/197038439483310086/members");
    constexpr int pages = 10;
    int fetched = 0;

    for (int page = 1; page <= pages; ++page) {
        limiter.waitForTicket(members)
            .then(&app,
                [&, page](const TicketSender &sender) {
                    const auto path = QStringLiteral("/guilds/197038439483310086/members?page=%1");
                    auto *reply =
                        manager.get(QNetworkRequest(QUrl(base.toString() + path.arg(page))));
                    sender.follow(reply);
                    QObject::connect(reply, &QNetworkReply::finished, &app, [&, page, reply] {
                        reply->deleteLater();
                        qInfo("page %d", page);
                        if (++fetched == pages)
                            app.exit(int(api.stats().limitedTotal()));
                    });
                })
            .onCanceled(&app, [page] { qWarning("page %d will not come", page); });
    }

    // What the limiter knows can be asked for at any time.
    QTimer::singleShot(200ms, &app, [&] {
        limiter.bucket(members).then(&app, [](const std::optional<Bucket> &bucket) {
            if (bucket)
                qInfo() << *bucket;
        });
    });
    QTimer::singleShot(10s, &app, [] { QCoreApplication::exit(2); }); // something got stuck
    return app.exec();
}
