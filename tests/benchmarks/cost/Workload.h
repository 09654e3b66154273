// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QtGlobal>

#include <memory>
#include <span>

namespace Turnstile::Bench {

/// Something whose cost is measured: all that is needed is made first, then it is done some number
/// of times.
class Workload {
public:
    Workload() = default;
    Q_DISABLE_COPY_MOVE(Workload)
    virtual ~Workload() = default;

    /// Does it \a count times. This alone is measured.
    virtual void run(int count) = 0;
};

/// How a Workload is made, and how much of it is measured if not said otherwise.
struct WorkloadEntry {
    const char *name;
    std::unique_ptr<Workload> (*make)(int size);
    int size;  ///< how much there is: buckets, tickets; 0 where that means nothing
    int count; ///< how often it is done
};

template <typename Type> std::unique_ptr<Workload> make(int size)
{
    return std::make_unique<Type>(size);
}

std::span<const WorkloadEntry> cycleWorkloads();
std::span<const WorkloadEntry> queueWorkloads();
std::span<const WorkloadEntry> headerWorkloads();
std::span<const WorkloadEntry> ticketWorkloads();
std::span<const WorkloadEntry> monitorWorkloads();

/// Ends the program with \a problem: a benchmark that does not do its work measures nothing.
[[noreturn]] void fail(const char *problem);

} // namespace Turnstile::Bench
