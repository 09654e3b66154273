// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tools/turnstile-sim/OptionTable.h"

#include <QtTest/QTest>

using namespace Turnstile;
using namespace Turnstile::Sim;
using namespace std::chrono_literals;

class OptionTableTest : public QObject {
    Q_OBJECT

private:
    struct Values {
        int whole = 7;
        milliseconds time = 8ms;
        double share = 0;
        int choice = -1;
        bool flag = false;
        QString file;
    };

    static OptionTable tableFor(Values *values)
    {
        OptionTable table(u"test", u"Tests.");
        table.addWhole(u"whole", u"A number.", &values->whole, -5, 10);
        table.addMilliseconds(u"time", u"A time.", &values->time, 0ms, 1h);
        table.addShare(u"share", u"A share.", &values->share);
        table.addChoice(u"choice", u"A choice.",
            {QStringLiteral("a"), QStringLiteral("b"), QStringLiteral("c")},
            [values](int index) { values->choice = index; });
        table.addFlag(u"flag", u"A flag.", &values->flag);
        table.addPositional(u"FILE", u"what to read.", &values->file);
        return table;
    }

private Q_SLOTS:
    void readsWhatItIsGiven()
    {
        Values values;
        OptionTable table = tableFor(&values);
        QCOMPARE(table.parse({QStringLiteral("--whole"), QStringLiteral("-3"),
                     QStringLiteral("--time=250"), QStringLiteral("-"), QStringLiteral("--share"),
                     QStringLiteral("0.25"), QStringLiteral("--choice"), QStringLiteral("c"),
                     QStringLiteral("--flag")}),
            QString());
        QCOMPARE(values.whole, -3);
        QCOMPARE(values.time, 250ms);
        QCOMPARE(values.share, 0.25);
        QCOMPARE(values.choice, 2);
        QVERIFY(values.flag);
        QCOMPARE(values.file, QStringLiteral("-"));
    }

    void leavesTheRestAlone()
    {
        Values values;
        OptionTable table = tableFor(&values);
        QCOMPARE(table.parse({QStringLiteral("f")}), QString());
        QCOMPARE(values.whole, 7);
        QCOMPARE(values.time, 8ms);
        QVERIFY(!values.flag);
    }

    void refusesNonsense_data()
    {
        QTest::addColumn<QString>("arguments");
        QTest::addColumn<QString>("problem");
        const auto row = [](const char *arguments, const char *problem) {
            QTest::newRow(arguments) << QString::fromUtf8(arguments) << QString::fromUtf8(problem);
        };
        row("f --frob", "There is no option --frob; test --help lists them.");
        row("f --frob=1", "There is no option --frob; test --help lists them.");
        row("f --", "There is no option --; test --help lists them.");
        row("f --whole", "--whole needs a value: a whole number from -5 to 10.");
        row("f --whole 11", "--whole is a whole number from -5 to 10, not \"11\".");
        row("f --whole 1.5", "--whole is a whole number from -5 to 10, not \"1.5\".");
        row("f --whole=", "--whole is a whole number from -5 to 10, not \"\".");
        row("f --whole 99999999999999999999",
            "--whole is a whole number from -5 to 10, not \"99999999999999999999\".");
        row("f --whole 1 --whole 1", "--whole is given more than once.");
        row("f --time 3600001",
            "--time is a whole number of milliseconds from 0 to 3600000, not \"3600001\".");
        row("f --time 1ms",
            "--time is a whole number of milliseconds from 0 to 3600000, not \"1ms\".");
        row("f --share 1.01", "--share is a number from 0 to 1, not \"1.01\".");
        row("f --share nan", "--share is a number from 0 to 1, not \"nan\".");
        row("f --share 0,5", "--share is a number from 0 to 1, not \"0,5\".");
        row("f --choice d", "--choice is a, b or c, not \"d\".");
        row("f --flag=yes", "--flag takes no value.");
        row("f g", "\"g\" is not understood; test --help lists what is.");
        row("--flag", "FILE is missing: what to read.");
    }

    void refusesNonsense()
    {
        QFETCH(QString, arguments);
        Values values;
        OptionTable table = tableFor(&values);
        QTEST(table.parse(arguments.split(u' ')), "problem");
    }

    void explainsEveryOption()
    {
        Values values;
        OptionTable table = tableFor(&values);
        QCOMPARE(table.parse({QStringLiteral("--frob"), QStringLiteral("--help")}), QString());
        QVERIFY(table.isHelpWanted());
        const QString help = table.helpText();
        for (const char *text : {"turnstile-sim test FILE", "--whole N", "--time MS",
                 "--share SHARE", "--choice WORD", "(a, b or c)", "--flag", "--help"})
            QVERIFY2(help.contains(QString::fromLatin1(text)), text);
    }
};

QTEST_GUILESS_MAIN(OptionTableTest)
#include "tst_optiontable.moc"
