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

// What may follow after the same segments stands side by side.
struct Node {
    std::string_view segment;
    quint16 children = 0; // where they begin
    quint16 count = 0;
    bool ends = false; // a template ends here
};

constexpr std::string_view segmentAt(std::string_view text, size_t offset)
{
    return text.substr(offset, text.find('/', offset) - offset);
}

constexpr size_t countNodes()
{
    size_t count = 1;
    std::string_view before;
    for (const std::string_view text : templates) {
        bool differs = false;
        for (size_t at = 0; at < text.size(); at += segmentAt(text, at).size() + 1) {
            differs =
                differs || at >= before.size() || segmentAt(before, at) != segmentAt(text, at);
            count += differs ? 1 : 0;
        }
        before = text;
    }
    return count;
}

constexpr std::array<Node, countNodes()> makeTree()
{
    struct Range { // of templates whose first `offset` characters are the same
        size_t first = 0;
        size_t last = templates.size();
        size_t offset = 0;
    };
    std::array<Node, countNodes()> nodes;
    std::array<Range, countNodes()> ranges;
    size_t size = 1;
    for (size_t at = 0; at < size; ++at) {
        auto [first, last, offset] = ranges[at];
        nodes[at].ends = templates[first].size() < offset;
        nodes[at].children = quint16(size);
        if (nodes[at].ends)
            ++first;
        while (first < last) {
            const std::string_view segment = segmentAt(templates[first], offset);
            const size_t from = first;
            while (first < last && segmentAt(templates[first], offset) == segment)
                ++first;
            nodes[size].segment = segment;
            ranges[size++] = {from, first, offset + segment.size() + 1};
        }
        nodes[at].count = quint16(size - nodes[at].children);
    }
    return nodes;
}

constexpr auto tree = makeTree();

struct Walk {
    std::span<const std::string_view> segments;
    RouteMatch best;

    // Goes on from a node, to which `depth` segments led. True when the whole path is a template.
    bool descend(const Node &node, size_t depth, quint32 parameters)
    {
        if (qsizetype(depth) > best.known || (node.ends && depth == segments.size()))
            best = {qsizetype(depth), parameters};
        if (depth == segments.size())
            return node.ends;
        const std::string_view segment = segments[depth];
        return (segment != "*" && step(node, depth, parameters, segment))
            || step(node, depth, parameters | (1u << depth), "*");
    }

    bool step(const Node &node, size_t depth, quint32 parameters, std::string_view segment)
    {
        const std::span children(&tree[node.children], node.count);
        const auto child = std::ranges::find(children, segment, &Node::segment);
        return child != children.end() && descend(*child, depth + 1, parameters);
    }
};

} // namespace

RouteMatch matchRoute(std::span<const std::string_view> segments)
{
    Q_ASSERT(segments.size() <= 32);
    Walk walk{segments, {}};
    walk.descend(tree.front(), 0, 0);
    return walk.best;
}

} // namespace Turnstile
