// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/sources/MonitorSource.h"

namespace Turnstile::Monitor {

MonitorSource::~MonitorSource() = default;

} // namespace Turnstile::Monitor
