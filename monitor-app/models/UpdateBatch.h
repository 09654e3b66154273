// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/monitoring/MonitorUpdate.h"

namespace Turnstile::Monitor {
using UpdateBatch = MonitorUpdate;
using GlobalLimitInfo = MonitorGlobalLimit;
using InvalidRequestsInfo = MonitorInvalidRequests;
using RateLimitEvent = MonitorHit;
} // namespace Turnstile::Monitor
