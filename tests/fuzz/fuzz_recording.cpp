// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// A recording that may be anything: the first byte says how much of it is right, so that the bytes
// get behind the checks too. What can be read is in order, the same when it is read again, and
// begins in the same way when the file is cut.

#include "ratelimit/monitoring/MonitorCodec.h"
#include "ratelimit/monitoring/MonitorRecordingReader.h"
#include "tests/fuzz/Fuzz.h"

#include <QtCore/QBuffer>
#include <QtCore/QtEndian>

#include <algorithm>

using namespace Turnstile;
using Recording = MonitorRecording;
using std::chrono::microseconds;

namespace {

constexpr TimePoint start{std::chrono::hours(1000)};

QByteArray header()
{
    return Recording::Header{QStringLiteral("bot"), {}}.toBytes();
}

QByteArray chunk(const QByteArray &body, qsizetype size, quint32 flags, qint64 from, qint64 until)
{
    const Recording::Chunk head{quint32(body.size()), quint32(size), flags, microseconds(from),
        microseconds(until), Recording::check(body)};
    return head.toBytes() + body;
}

/// Takes bytes from the front; zeros when there are none.
class Bytes {
public:
    explicit Bytes(QByteArrayView bytes)
        : m_rest(bytes)
    {
    }
    bool isEmpty() const { return m_rest.isEmpty(); }
    int byte() { return quint8(take(1).append('\0').at(0)); }
    QByteArray take(qsizetype size)
    {
        const QByteArrayView taken = m_rest.first(std::min(size, m_rest.size()));
        m_rest = m_rest.sliced(taken.size());
        return taken.toByteArray();
    }

private:
    QByteArrayView m_rest;
};

/// Chunks whose packed bytes are anything.
QByteArray packedByOthers(Bytes in)
{
    QByteArray file = header();
    while (!in.isEmpty()) {
        const auto flags = quint32(in.byte());
        const int size = in.byte() << 8 | in.byte();
        file += chunk(in.take(in.byte() << 2), size, flags, in.byte(), 255);
    }
    return file;
}

/// Chunks that are right, with frames that are anything.
QByteArray framesOfOthers(Bytes in)
{
    QByteArray file = header();
    while (!in.isEmpty()) {
        const auto flags = quint32(in.byte());
        const QByteArray frames = in.take(in.byte() << 2);
        file += chunk(Recording::pack(frames), frames.size(), flags, 0, 255);
    }
    return file;
}

/// Frames that are right, with payloads that are anything.
QByteArray payloadsOfOthers(Bytes in)
{
    QByteArray file = header();
    qint64 time = 0;
    while (!in.isEmpty()) {
        const auto flags = quint32(in.byte());
        const qint64 from = time;
        QByteArray frames;
        for (int count = in.byte() % 4; count >= 0; --count) {
            time += in.byte();
            const QByteArray payload = in.take(in.byte());
            char head[12];
            qToBigEndian(time, head);
            qToBigEndian(quint32(payload.size()), head + 8);
            frames.append(head, sizeof(head)).append(payload);
        }
        file += chunk(Recording::pack(frames), frames.size(), flags, from, time);
    }
    return file;
}

QByteArray fileOf(int kind, QByteArrayView bytes)
{
    switch (kind % 4) {
    case 0:
        return bytes.toByteArray();
    case 1:
        return packedByOthers(Bytes(bytes));
    case 2:
        return framesOfOthers(Bytes(bytes));
    default:
        return payloadsOfOthers(Bytes(bytes));
    }
}

std::vector<QByteArray> readOn(MonitorRecordingReader &reader)
{
    std::vector<QByteArray> frames;
    microseconds last{};
    while (const auto frame = reader.next(start)) {
        REQUIRE(frame->at >= last && frame->at <= reader.duration());
        last = frame->at;
        frames.push_back(MonitorCodec::encode(frame->update, start));
    }
    REQUIRE(last <= reader.duration());
    REQUIRE(!reader.next(start));
    return frames;
}

std::vector<QByteArray> readAll(QByteArray file)
{
    QBuffer buffer(&file);
    buffer.open(QIODevice::ReadOnly);
    MonitorRecordingReader reader;
    if (!reader.open(&buffer).isEmpty())
        return {};
    const auto frames = readOn(reader);
    reader.seek({}); // a file with damage has become shorter
    const auto again = readOn(reader);
    REQUIRE(again == frames);
    for (const microseconds at : {reader.duration() / 3, reader.duration()}) {
        reader.seek(at);
        readOn(reader);
        REQUIRE(reader.keyBefore(at, at / 2) <= at);
        reader.seek({});
        if (reader.seekAhead(at))
            readOn(reader);
    }
    return frames;
}

void ignoreMessage(QtMsgType, const QMessageLogContext &, const QString &) { }

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    static const bool isQuiet = qInstallMessageHandler(ignoreMessage) != ignoreMessage;
    if (size < 2 || !isQuiet)
        return 0;
    const QByteArray file = fileOf(data[0], {data + 2, qsizetype(size - 2)});
    const auto frames = readAll(file);
    const auto begin = readAll(file.first(file.size() * data[1] / 255));
    REQUIRE(begin.size() <= frames.size());
    REQUIRE(std::equal(begin.begin(), begin.end(), frames.begin()));
    return 0;
}
