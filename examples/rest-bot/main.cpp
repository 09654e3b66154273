// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// A bot that leaves tickets, waiting and trying again to RestClient: six messages, one of them with
// a file, and two questions. Its API is a local model of Discord's; it fails once, on purpose.

#include <Turnstile/InMemoryRatelimiter>
#include <Turnstile/ModelApi>
#include <Turnstile/RestClient>

#include <QCoreApplication>

using namespace Turnstile;

static std::unique_ptr<QHttpMultiPart> file()
{
    auto parts = std::make_unique<QHttpMultiPart>(QHttpMultiPart::FormDataType);
    QHttpPart part;
    part.setRawHeader("Content-Disposition", "form-data; name=\"files[0]\"; filename=\"a.txt\"");
    part.setBody("Hello from a file.");
    parts->append(part);
    return parts;
}

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    ModelApi api;
    api.setLimit("POST /channels/{channel}/messages", {.limit = 3, .window = milliseconds(300)});
    api.addFault({.kind = Fault::Kind::ServerError, .route = "GET /channels/{channel}"});
    api.setHandler([](const ApiRequest &request) {
        return request.target.endsWith("/404") ? ServerReply{404, {}, R"({"message": "Unknown"})"}
                                               : ServerReply{200, {}, R"({"name": "general"})"};
    });

    InMemoryRatelimiter limiter;
    RestClient client(&limiter);
    client.setBaseUrl(api.listen());
    client.setToken("Bot token");
    int waiting = 0, failed = 0;
    const auto show = [&](RestReply *reply) {
        ++waiting;
        QObject::connect(reply, &RestReply::retryScheduled, &app,
            [](int, milliseconds, const QString &why) { qInfo("Again: %s", qPrintable(why)); });
        QObject::connect(reply, &RestReply::finished, &app, [reply, &waiting, &failed] {
            failed += reply->error() ? 1 : 0;
            qInfo("%s: %s", qPrintable(reply->endpoint().name()),
                reply->error() ? qPrintable(reply->error().message) : reply->body().constData());
            if (--waiting == 0)
                QCoreApplication::exit(failed == 1 ? 0 : 1); // the channel that does not exist
        });
    };
    for (int i = 1; i <= 5; ++i)
        show(client.post(u"/channels/1/messages"_qs, QJsonObject{{u"content"_qs, i}}));
    show(client.post(u"/channels/1/messages"_qs, RestBody::multipart(file)));
    show(client.get(u"/channels/1"_qs));
    show(client.get(u"/channels/404"_qs));
    return app.exec();
}
