#include "node/sim/query_log.h"

#include <algorithm>
#include <utility>

#include "node/base/digest.h"

namespace freshet::sim {
namespace {

Traffic& traffic_of(QueryResult& result, wire::FrameType type) {
  for (QueryResult::OfType& each : result.by_type) {
    if (each.type == type) return each.traffic;
  }
  return result.by_type.emplace_back(QueryResult::OfType{.type = type, .traffic = {}}).traffic;
}

ByteView bytes_of(const std::string& text) {
  return {reinterpret_cast<const Byte*>(text.data()), text.size()};
}

// A file without an id yet is known by its name and size.
std::uint64_t hash_of(const NodeKey& node, const wire::HitFile& file) {
  Digest digest;
  digest.add(node.view());
  if (file.content) {
    digest.add(file.content->view());
  } else {
    digest.add(bytes_of(file.name));
    digest.add(file.size_bytes);
  }
  return digest.value();
}

}  // namespace

std::optional<std::uint16_t> QueryLog::begin(NodeIndex origin, NodeIndex alive, TimePoint now) {
  std::size_t track = 0;
  while (track < tracked_.size() && tracked_[track].state != State::free) ++track;
  if (track == kMaxTracked) return std::nullopt;
  if (track == tracked_.size()) tracked_.emplace_back();
  Tracked& query = tracked_[track];
  query.state = State::followed;
  query.ask = core::search::AskId{next_ask_++};
  query.rests_since = now;
  query.arrivals.assign(nodes_, Arrival());
  query.arrivals[origin] = Arrival::at_origin();
  query.result = {};
  query.result.origin = origin;
  query.result.asked = now;
  query.result.alive = alive;
  return static_cast<std::uint16_t>(track);
}

void QueryLog::name(std::uint16_t track, const Guid& guid) {
  Tracked& query = tracked_[track];
  if (query.is_named) return;
  query.guid = guid;
  query.is_named = true;
  by_guid_.emplace(guid, track);
}

std::uint16_t QueryLog::find(const Guid& guid) const {
  const auto found = by_guid_.find(guid);
  return found == by_guid_.end() ? kNoTrack : found->second;
}

void QueryLog::count_sent(Tracked& query,
                          wire::FrameType type,
                          std::uint32_t copies,
                          std::uint64_t bytes) {
  QueryResult& result = query.result;
  Traffic& of_type = traffic_of(result, type);
  of_type.frames += copies;
  of_type.bytes += bytes;
  const bool is_hit = type == wire::FrameType::query_hit;
  (is_hit ? result.hit_frames : result.messages) += copies;
  (is_hit ? result.hit_bytes : result.bytes) += bytes;
  if (type == wire::FrameType::query) result.query_frames += copies;
}

void QueryLog::carried(const Guid& guid, std::uint64_t bytes) {
  const std::uint16_t track = find(guid);
  if (track == kNoTrack) return;
  QueryResult& result = tracked_[track].result;
  traffic_of(result, wire::FrameType::ping).bytes += bytes;
  result.bytes += bytes;
}

void QueryLog::hit(const core::search::Hit& hit, TimePoint now) {
  const auto found = std::find_if(tracked_.begin(), tracked_.end(), [&](const Tracked& query) {
    return query.state == State::followed && query.ask == hit.ask;
  });
  if (found == tracked_.end()) return;
  QueryResult& result = found->result;
  const Duration after = now - result.asked;
  if (options_.keep_hits)
    result.hits.push_back({.after = after, .hops = hit.hops, .record = hit.record});
  if (hit.hops == 0) return;
  for (const wire::HitFile& file : hit.record.files)
    found->objects.insert(hash_of(hit.record.node, file));
  if (result.first_hit) return;
  result.first_hit = after;
  result.first_hit_hops = hit.hops;
}

void QueryLog::tallied(const core::overlay::Tallied& tally) {
  const auto found = std::find_if(tracked_.begin(), tracked_.end(), [&](const Tracked& query) {
    return query.state == State::followed && query.ask.value == tally.ask;
  });
  if (found != tracked_.end()) found->result.tally = tally;
}

void QueryLog::forgotten_by(NodeIndex node) {
  for (Tracked& query : tracked_) {
    if (query.state == State::free) continue;
    Arrival& arrival = query.arrivals[node];
    if (!arrival.never_came()) arrival = Arrival::forgotten();
  }
}

QueryResult QueryLog::take(std::uint16_t track) {
  Tracked& query = tracked_[track];
  query.result.distinct_hits = query.objects.size();
  QueryResult result = std::exchange(query.result, {});
  query.result.origin = result.origin;  // what is under way still asks for it
  query.state = State::taken;
  if (query.under_way == 0) release(query);
  return result;
}

void QueryLog::rests(Tracked& query, TimePoint now) {
  ++rests_;
  query.rests_since = now;
  if (query.state == State::taken) release(query);
}

void QueryLog::release(Tracked& query) {
  if (query.is_named) by_guid_.erase(query.guid);
  query.is_named = false;
  query.objects.clear();
  query.state = State::free;
}

}  // namespace freshet::sim
