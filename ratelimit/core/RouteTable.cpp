// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/RouteTable.h"

#include <algorithm>
#include <array>

namespace Turnstile {

namespace {

// Every documented path (tests/data/routes.tsv), `*` for a parameter. Ordered segment by segment,
// so that all which begin alike stand together: a tree, written as a list.
constexpr auto templates = std::to_array<std::string_view>({
    "applications/*",
    "applications/*/activity-instances/*",
    "applications/*/application-identities/*/*",
    "applications/*/attachment",
    "applications/*/commands",
    "applications/*/commands/*",
    "applications/*/emojis",
    "applications/*/emojis/*",
    "applications/*/entitlements",
    "applications/*/entitlements/*",
    "applications/*/entitlements/*/consume",
    "applications/*/guilds/*/commands",
    "applications/*/guilds/*/commands/*",
    "applications/*/guilds/*/commands/*/permissions",
    "applications/*/guilds/*/commands/permissions",
    "applications/*/role-connections/metadata",
    "applications/*/skus",
    "applications/*/users/*/identities/*/profile",
    "applications/@me",
    "channels/*",
    "channels/*/followers",
    "channels/*/invites",
    "channels/*/messages",
    "channels/*/messages/*",
    "channels/*/messages/*/crosspost",
    "channels/*/messages/*/reactions",
    "channels/*/messages/*/reactions/*",
    "channels/*/messages/*/reactions/*/*",
    "channels/*/messages/*/reactions/*/@me",
    "channels/*/messages/*/threads",
    "channels/*/messages/bulk-delete",
    "channels/*/messages/pins",
    "channels/*/messages/pins/*",
    "channels/*/permissions/*",
    "channels/*/pins",
    "channels/*/pins/*",
    "channels/*/polls/*/answers/*",
    "channels/*/polls/*/expire",
    "channels/*/recipients/*",
    "channels/*/send-soundboard-sound",
    "channels/*/thread-members",
    "channels/*/thread-members/*",
    "channels/*/thread-members/@me",
    "channels/*/threads",
    "channels/*/threads/archived/private",
    "channels/*/threads/archived/public",
    "channels/*/threads/search",
    "channels/*/typing",
    "channels/*/users/@me/threads/archived/private",
    "channels/*/voice-status",
    "channels/*/webhooks",
    "gateway",
    "gateway/bot",
    "guilds",
    "guilds/*",
    "guilds/*/audit-logs",
    "guilds/*/auto-moderation/rules",
    "guilds/*/auto-moderation/rules/*",
    "guilds/*/bans",
    "guilds/*/bans/*",
    "guilds/*/bulk-ban",
    "guilds/*/channels",
    "guilds/*/emojis",
    "guilds/*/emojis/*",
    "guilds/*/incident-actions",
    "guilds/*/integrations",
    "guilds/*/integrations/*",
    "guilds/*/invites",
    "guilds/*/member-verification",
    "guilds/*/members",
    "guilds/*/members/*",
    "guilds/*/members/*/roles/*",
    "guilds/*/members/@me",
    "guilds/*/members/@me/nick",
    "guilds/*/members/search",
    "guilds/*/messages/search",
    "guilds/*/mfa",
    "guilds/*/new-member-welcome",
    "guilds/*/onboarding",
    "guilds/*/preview",
    "guilds/*/prune",
    "guilds/*/regions",
    "guilds/*/requests",
    "guilds/*/requests/*",
    "guilds/*/roles",
    "guilds/*/roles/*",
    "guilds/*/roles/member-counts",
    "guilds/*/scheduled-events",
    "guilds/*/scheduled-events/*",
    "guilds/*/scheduled-events/*/*/users",
    "guilds/*/scheduled-events/*/exceptions",
    "guilds/*/scheduled-events/*/exceptions/*",
    "guilds/*/scheduled-events/*/users",
    "guilds/*/scheduled-events/*/users/counts",
    "guilds/*/soundboard-sounds",
    "guilds/*/soundboard-sounds/*",
    "guilds/*/stickers",
    "guilds/*/stickers/*",
    "guilds/*/templates",
    "guilds/*/templates/*",
    "guilds/*/threads/active",
    "guilds/*/vanity-url",
    "guilds/*/voice-states/*",
    "guilds/*/voice-states/@me",
    "guilds/*/webhooks",
    "guilds/*/welcome-screen",
    "guilds/*/widget",
    "guilds/*/widget.json",
    "guilds/*/widget.png",
    "guilds/templates/*",
    "interactions/*/*/callback",
    "invites/*",
    "invites/*/target-users",
    "invites/*/target-users/job-status",
    "lobbies",
    "lobbies/*",
    "lobbies/*/channel-linking",
    "lobbies/*/members/*",
    "lobbies/*/members/*/invites",
    "lobbies/*/members/@me",
    "lobbies/*/members/@me/invites",
    "lobbies/*/members/bulk",
    "lobbies/*/messages",
    "lobbies/*/messages/*/moderation-metadata",
    "oauth2/@me",
    "oauth2/applications/@me",
    "oauth2/authorize",
    "oauth2/keys",
    "oauth2/token",
    "oauth2/token/revoke",
    "oauth2/userinfo",
    "partner-sdk/dms/*/*/messages/*/moderation-metadata",
    "partner-sdk/provisional-accounts/unmerge",
    "partner-sdk/provisional-accounts/unmerge/bot",
    "partner-sdk/token",
    "partner-sdk/token/bot",
    "skus/*/subscriptions",
    "skus/*/subscriptions/*",
    "soundboard-default-sounds",
    "stage-instances",
    "stage-instances/*",
    "sticker-packs",
    "sticker-packs/*",
    "stickers/*",
    "users/*",
    "users/*/application-identities/*",
    "users/*/application-identities/*/*/*/delete",
    "users/@me",
    "users/@me/applications/*/entitlements",
    "users/@me/applications/*/role-connection",
    "users/@me/channels",
    "users/@me/connections",
    "users/@me/guilds",
    "users/@me/guilds/*",
    "users/@me/guilds/*/member",
    "voice/regions",
    "webhooks/*",
    "webhooks/*/*",
    "webhooks/*/*/github",
    "webhooks/*/*/messages/*",
    "webhooks/*/*/messages/@original",
    "webhooks/*/*/slack",
});

constexpr bool bySegments(std::string_view a, std::string_view b)
{
    const auto rank = [](char c) { return c == '/' ? 0 : int(static_cast<unsigned char>(c)); };
    return std::ranges::lexicographical_compare(a, b, {}, rank, rank);
}
static_assert(std::ranges::is_sorted(templates, bySegments));

using Iterator = decltype(templates)::const_iterator;

struct Walk {
    std::span<const std::string_view> segments;
    RouteMatch best;

    static std::string_view segmentAt(std::string_view text, size_t offset)
    {
        return text.substr(offset, text.find('/', offset) - offset);
    }

    // Goes on from a node: the templates in [first, last) share their first `offset` characters,
    // which took `depth` segments. True when the whole path is a template.
    bool descend(Iterator first, Iterator last, size_t offset, size_t depth, quint32 parameters)
    {
        const bool ends = first->size() < offset;
        if (qsizetype(depth) > best.known || (ends && depth == segments.size()))
            best = {qsizetype(depth), parameters};
        if (depth == segments.size())
            return ends;
        if (ends)
            ++first;
        const std::string_view segment = segments[depth];
        return (segment != "*" && step(first, last, offset, depth, parameters, segment))
            || step(first, last, offset, depth, parameters | (1u << depth), "*");
    }

    bool step(Iterator first, Iterator last, size_t offset, size_t depth, quint32 parameters,
        std::string_view segment)
    {
        // Not equal_range(): clang 14 cannot compile the subrange that it returns.
        const auto here = [offset](std::string_view text) { return segmentAt(text, offset); };
        const Iterator from = std::ranges::lower_bound(first, last, segment, {}, here);
        const Iterator to = std::ranges::upper_bound(from, last, segment, {}, here);
        return from != to && descend(from, to, offset + segment.size() + 1, depth + 1, parameters);
    }
};

} // namespace

RouteMatch matchRoute(std::span<const std::string_view> segments)
{
    Q_ASSERT(segments.size() <= 32);
    Walk walk{segments, {}};
    walk.descend(templates.begin(), templates.end(), 0, 0, 0);
    return walk.best;
}

} // namespace Turnstile
