#include "node/core/overlay/announcements.h"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "node/core/overlay/sending.h"

namespace freshet::core::overlay {
namespace {

// What waits on the link, which is no more there.
std::vector<wire::Announced> take(Link& link) {
  if (!link.extra) return {};
  auto queries = std::exchange(link.extra->announced, {});
  link.trim_extra();
  return queries;
}

}  // namespace

bool add_announcement(Link& link, const wire::Announced& query, TimePoint due) {
  LinkExtra& extra = link.need_extra();
  if (extra.announced.empty()) extra.announce_by = due;
  extra.announced.push_back(query);
  return extra.announced.size() >= wire::kMaxAnnounced;
}

void update_announcement(Link& link, const wire::Announced& query) {
  if (!link.extra) return;
  for (wire::Announced& each : link.extra->announced) {
    if (each.guid == query.guid) each = query;
  }
}

void drop_announcement(Link& link, const Guid& guid) {
  if (!link.extra || link.extra->announced.empty()) return;
  std::erase_if(link.extra->announced,
                [&](const wire::Announced& each) { return each.guid == guid; });
  link.trim_extra();
}

TimePoint announcements_due(const Link& link) {
  return link.extra && !link.extra->announced.empty() ? link.extra->announce_by : TimePoint::max();
}

void take_announcements(Turn& turn, Link& link, Bytes& body) {
  const auto queries = take(link);
  turn.counters.announced_along += queries.size();
  wire::append_announced(body, queries);
}

// The first is in the header, as long as the neighbour need not be told of more.
void announce_now(Turn& turn, Link& link) {
  const auto queries = take(link);
  if (queries.empty()) return;
  const wire::Announced& first = queries.front();
  Bytes body;
  wire::append_announced(body, std::span(queries).subspan(1));
  ++turn.counters.announces_out;
  turn.counters.announced_along += queries.size() - 1;
  const wire::FrameHeader header{.guid = first.guid,
                                 .type = wire::FrameType::announce,
                                 .ttl = first.ttl,
                                 .hops = first.hops,
                                 .body_bytes = static_cast<std::uint32_t>(body.size())};
  send_own(turn, link, header, std::move(body));
}

}  // namespace freshet::core::overlay
