// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QList>
#include <QtCore/QString>

namespace Turnstile::Bench {

/// How a client fared against `turnstile-sim serve`.
struct PeerRun {
    QString client;
    QString workload;
    double seconds = 0;
    double ratio = 0; ///< by the bound that `turnstile-sim drain` tells
    int limited = 0;  ///< 429s
    double busy = 0;  ///< microseconds of the processor for each request
    QString problem;  ///< empty: every request was answered
    QString command;
};

/// RestClient and, where \a clients is the folder that it was installed in, @discordjs/rest, with
/// the same workloads on the real clock; all at once, since they wait most of the time.
QList<PeerRun> measurePeers(const QString &clients);

} // namespace Turnstile::Bench
