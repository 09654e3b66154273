// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/monitoring/MonitorCodec.h"
#include "ratelimit/monitoring/MonitorRecordingReader.h"
#include "ratelimit/monitoring/MonitorRecordingWriter.h"
#include "tests/common/MonitorSamples.h"

#include <QtCore/QBuffer>

/// \file
/// Small recordings in memory, and what can be read of them.

using Recording = MonitorRecording;
using std::chrono::microseconds;

constexpr TimePoint start{1000h};
constexpr WallTime wall{1'700'000'000'123ms};

/// A file in memory that is full at some size.
class Disk : public QBuffer {
public:
    explicit Disk(qint64 most = std::numeric_limits<qint64>::max())
        : m_most(most)
    {
        open(ReadWrite);
    }

protected:
    qint64 writeData(const char *data, qint64 size) override
    {
        const qint64 written = QBuffer::writeData(data, std::min(size, m_most - pos()));
        if (written != size)
            setErrorString(QStringLiteral("No space left on device"));
        return written;
    }

private:
    qint64 m_most;
};

struct Read {
    QString problem;
    QList<QByteArray> frames; // as bytes, to compare
    QList<microseconds> times;
    bool isTruncated = false;
};
inline MonitorUpdate news(int number)
{
    MonitorUpdate update;
    update.at = update.since = start + milliseconds(100 * number);
    update.events = number;
    update.tickets = {sampleTicket(quint64(number + 1), update.at)};
    return update;
}

inline MonitorUpdate key(int atMs, bool begins = true, bool ends = true)
{
    MonitorUpdate update = sampleUpdate(start + milliseconds(atMs));
    update.reset = false;
    update.snapshotBegins = begins;
    update.snapshotEnds = ends;
    return update;
}

inline Read readOn(MonitorRecordingReader &reader)
{
    Read read;
    const TimePoint other{5h};
    while (const auto frame = reader.next(other)) {
        read.frames.append(MonitorCodec::encode(frame->update, other));
        read.times.append(frame->at);
    }
    read.isTruncated = reader.isTruncated();
    return read;
}

inline Read readAll(QByteArray file)
{
    QBuffer buffer(&file);
    buffer.open(QIODevice::ReadOnly);
    MonitorRecordingReader reader;
    const QString problem = reader.open(&buffer);
    Read read = problem.isEmpty() ? readOn(reader) : Read();
    read.problem = problem;
    return read;
}

/// Three chunks of frames and the end.
inline QByteArray smallFile()
{
    Disk disk;
    MonitorRecordingWriter writer(&disk);
    writer.begin(QStringLiteral("music-bot · pid 4121"), start, wall);
    writer.addKey(key(0), start);
    for (int number = 1; number <= 4; ++number) {
        writer.add(news(number), start + milliseconds(100 * number));
        if (number == 2)
            writer.flush();
    }
    writer.end(start + 1s);
    return disk.data();
}

inline QByteArray chunk(const QByteArray &body, qsizetype size, quint32 flags = 7)
{
    Recording::Chunk head{quint32(body.size()), quint32(size), flags, {}, {}, {}};
    head.bodyCheck = Recording::check(body);
    return head.toBytes() + body;
}
