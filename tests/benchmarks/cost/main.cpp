// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// turnstile-cost WORKLOAD: does it, and says what that took, as a line of JSON, each time.
// Callgrind with --instr-atstart=no counts the instructions of nothing else.

#include "tests/benchmarks/cost/Lateness.h"
#include "tests/benchmarks/cost/Workload.h"

#include <QtCore/QCommandLineParser>
#include <QtCore/QCoreApplication>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <dlfcn.h>
#include <malloc.h>
#include <optional>
#include <valgrind/callgrind.h>

using namespace Turnstile::Bench;

void Turnstile::Bench::fail(const char *problem)
{
    std::fprintf(stderr, "%s\n", problem);
    std::exit(1);
}

namespace {

// Of this thread, so that what else runs on the machine matters little.
qint64 processorTime()
{
    std::timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return qint64(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

// All that malloc has given away and not got back, with what it adds to each block.
double usedBytes()
{
    const auto info = mallinfo2();
    return double(info.uordblks) + double(info.hblkhd);
}

// What Allocations.cpp says, where it is preloaded.
std::optional<double> allocations()
{
    using Count = unsigned long long (*)();
    static const auto counted =
        reinterpret_cast<Count>(dlsym(RTLD_DEFAULT, "turnstileAllocations"));
    return counted ? std::optional(double(counted())) : std::nullopt;
}

QJsonObject measure(const WorkloadEntry &entry, int size, int count)
{
    const auto workload = entry.make(size);
    const double bytes = usedBytes();
    const auto allocated = allocations();
    const qint64 begin = processorTime();
    CALLGRIND_START_INSTRUMENTATION;
    workload->run(count);
    CALLGRIND_STOP_INSTRUMENTATION;
    const qint64 end = processorTime();
    const double each = std::max(count, 1);
    QJsonObject result{{QStringLiteral("ns"), double(end - begin) / each}};
    if (const auto now = allocations())
        result[QStringLiteral("allocations")] = (*now - *allocated) / each;
    result[QStringLiteral("bytes")] = (usedBytes() - bytes) / each;
    return result;
}

QJsonObject lateness(int count)
{
    const auto late = measureLateness(count);
    const auto at = [&late](double share) {
        return double(late[size_t(share * double(late.size() - 1))].count()) / 1e6;
    };
    return {{QStringLiteral("min"), at(0)}, {QStringLiteral("p50"), at(0.5)},
        {QStringLiteral("p99"), at(0.99)}, {QStringLiteral("max"), at(1)}};
}

void print(const QJsonObject &result)
{
    std::puts(QJsonDocument(result).toJson(QJsonDocument::Compact).constData());
    std::fflush(stdout);
}

std::vector<WorkloadEntry> all()
{
    std::vector<WorkloadEntry> entries;
    for (const auto some : {cycleWorkloads(), queueWorkloads(), headerWorkloads(),
             ticketWorkloads(), monitorWorkloads()})
        entries.insert(entries.end(), some.begin(), some.end());
    return entries;
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication app(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("turnstile-cost"));
    const QString size = QStringLiteral("size");
    const QString count = QStringLiteral("count");
    const QString times = QStringLiteral("times");
    const QString number = QStringLiteral("number");
    const auto entries = all();
    QStringList names{QStringLiteral("lateness")};
    for (const WorkloadEntry &entry : entries)
        names += QLatin1String(entry.name);

    QCommandLineParser parser;
    parser.addPositionalArgument(
        QStringLiteral("workload"), QStringLiteral("One of ") + names.join(QStringLiteral(", ")));
    parser.addOption({size, QStringLiteral("How much there is: buckets or tickets."), number});
    parser.addOption({count, QStringLiteral("How often it is done."), number});
    parser.addOption({times, QStringLiteral("How often all is measured anew."), number});
    parser.addHelpOption();
    parser.process(app);
    const QString name = parser.positionalArguments().value(0);
    const auto value = [&parser](const QString &option, int usual) {
        return parser.isSet(option) ? parser.value(option).toInt() : usual;
    };
    if (value(count, 1) < 0 || value(times, 1) < 1 || value(size, 0) < 0)
        fail("That is not a number to count to.");
    if (name == names.first()) {
        print(lateness(value(count, 300)));
        return 0;
    }
    for (const WorkloadEntry &entry : entries) {
        if (name != QLatin1String(entry.name))
            continue;
        for (int i = 0; i < value(times, 1); ++i)
            print(measure(entry, value(size, entry.size), value(count, entry.count)));
        return 0;
    }
    fail("There is no such workload; --help names them.");
}
