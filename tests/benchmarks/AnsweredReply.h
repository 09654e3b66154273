// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "tests/benchmarks/Answer.h"

#include <QtNetwork/QNetworkReply>

namespace Turnstile::Bench {

/// A reply that has its answer: what a network manager's is to those who read its headers.
class AnsweredReply : public QNetworkReply {
public:
    AnsweredReply()
    {
        setAttribute(QNetworkRequest::HttpStatusCodeAttribute, 200);
        for (const auto &[name, value] : answer)
            setRawHeader(name.toByteArray(), value.toByteArray());
        setFinished(true);
    }
    void abort() override { }

protected:
    qint64 readData(char *, qint64) override { return -1; }
};

} // namespace Turnstile::Bench
