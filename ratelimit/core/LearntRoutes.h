#pragma once
#include "ratelimit/core/Time.h"
#include <QtCore/QByteArray>
#include <optional>
#include <vector>
#include <span>
namespace Turnstile {
struct LearntRoute {
    QByteArray route;
    QByteArray hash;
    std::optional<int> limit;
    bool split = false;
    milliseconds unusedFor{};
};
}
