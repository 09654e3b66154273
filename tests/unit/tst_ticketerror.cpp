// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/TicketError.h"

#include <QtCore/QMetaEnum>
#include <QtCore/QSet>
#include <QtTest/QTest>

using namespace Turnstile;

class tst_TicketError : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyCodeHasASentenceOfItsOwn();
    void debug();
};

void tst_TicketError::everyCodeHasASentenceOfItsOwn()
{
    const auto codes = QMetaEnum::fromType<TicketError::Code>();
    QSet<QString> seen;
    for (int i = 0; i < codes.keyCount(); ++i) {
        const auto code = TicketError::Code(codes.value(i));
        const TicketError error = TicketError::of(code);
        QCOMPARE(error.code, code);
        QCOMPARE(bool(error), code != TicketError::Code::None);
        QCOMPARE(error.message.endsWith(u'.'), code != TicketError::Code::None);
        QVERIFY2(!seen.contains(error.message), codes.key(i));
        seen.insert(error.message);
    }
    QCOMPARE(TicketError(), TicketError::of(TicketError::Code::None));
}

void tst_TicketError::debug()
{
    const auto print = [](const TicketError &error) {
        QString text;
        QDebug(&text) << error;
        return text.trimmed();
    };
    QCOMPARE(print({}), QStringLiteral("TicketError(None)"));
    QCOMPARE(print({TicketError::Code::Other, QStringLiteral("no disk")}),
        QStringLiteral("TicketError(Other: no disk)"));
}

QTEST_GUILESS_MAIN(tst_TicketError)
#include "tst_ticketerror.moc"
