#include "node/sim/query_log.h"

#include <algorithm>
#include <utility>

#include "node/base/check.h"

namespace freshet::sim {

std::optional<std::uint16_t> QueryLog::begin(NodeIndex origin, TimePoint now) {
  std::size_t track = 0;
  while (track < tracked_.size() && tracked_[track].in_use) ++track;
  if (track == kMaxTracked) return std::nullopt;
  if (track == tracked_.size()) tracked_.emplace_back();
  Tracked& query = tracked_[track];
  query.in_use = true;
  query.is_named = false;
  query.ask = core::search::AskId{next_ask_++};
  query.origin = origin;
  query.asked = now;
  query.came_from.assign(nodes_, kNowhere);
  query.result = {};
  return static_cast<std::uint16_t>(track);
}

void QueryLog::name(std::uint16_t track, const Guid& guid) {
  tracked_[track].guid = guid;
  tracked_[track].is_named = true;
}

std::uint16_t QueryLog::find(const Guid& guid) const {
  for (std::size_t i = 0; i < tracked_.size(); ++i) {
    const Tracked& query = tracked_[i];
    if (query.in_use && query.is_named && query.guid == guid) return static_cast<std::uint16_t>(i);
  }
  return kNoTrack;
}

void QueryLog::sent(const SharedFrame& frame, std::uint32_t copies) {
  if (frame.track == kNoTrack) return;
  Tracked& query = tracked_[frame.track];
  query.under_way += copies;
  const bool is_query = frame.type() == wire::FrameType::query;
  (is_query ? query.result.query_frames : query.result.hit_frames) += copies;
  query.result.bytes += copies * frame.frame_bytes();
}

void QueryLog::arrived(const SharedFrame& frame, NodeIndex node, LinkId from, std::uint8_t hops) {
  if (frame.track == kNoTrack || frame.type() != wire::FrameType::query) return;
  Tracked& query = tracked_[frame.track];
  const std::size_t travelled = hops + std::size_t{1};
  if (query.result.per_hop.size() <= travelled) query.result.per_hop.resize(travelled + 1);
  QueryResult::Hop& hop = query.result.per_hop[travelled];
  if (node == query.origin || query.came_from[node] != kNowhere) {
    ++query.result.duplicates;
    ++hop.duplicates;
    return;
  }
  query.came_from[node] = from.value;
  ++query.result.first;
  ++query.result.reached;
  ++hop.first;
}

void QueryLog::hit(const core::search::Hit& hit, TimePoint now) {
  for (Tracked& query : tracked_) {
    if (!query.in_use || query.ask != hit.ask) continue;
    query.result.hits.push_back(
        {.after = now - query.asked, .hops = hit.hops, .record = hit.record});
  }
}

std::optional<LinkId> QueryLog::came_from(std::uint16_t track, NodeIndex node) const {
  const std::uint32_t link = tracked_[track].came_from[node];
  if (link == kNowhere) return std::nullopt;
  return LinkId{link};
}

QueryResult QueryLog::take(std::uint16_t track) {
  FRESHET_CHECK(is_done(track));
  tracked_[track].in_use = false;
  return std::exchange(tracked_[track].result, {});
}

}  // namespace freshet::sim
