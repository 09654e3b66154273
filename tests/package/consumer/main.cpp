// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

#include <Turnstile/Enums>
#include <Turnstile/Id>
#include <Turnstile/InMemoryRatelimiter>
#include <Turnstile/SchedulerOptions>

#include <QtCore/QMetaEnum>

int main()
{
    const Turnstile::SchedulerOptions options;
    const auto states = QMetaEnum::fromType<Turnstile::TicketState>();
    const bool right = options.globalLimit == 50 && Turnstile::TicketId().isNull()
        && states.keyToValue("Completed") == int(Turnstile::TicketState::Completed);
    return right ? 0 : 1;
}
