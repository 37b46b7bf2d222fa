#include "node/bench/testbed_log.h"

#include <algorithm>
#include <chrono>

namespace freshet::bench {
namespace {

namespace bed = io::testbed;

std::uint64_t landed(const bed::QueryAccount& account) {
  return account.frames_in + account.hits_in + account.lost;
}

double millis(Duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

}  // namespace

void TestbedLog::asked(std::uint32_t query,
                       const Guid& guid,
                       sim::NodeIndex origin,
                       std::uint64_t alive) {
  queries_[guid] = {.number = query, .origin = origin, .alive = alive, .accounts = {}};
}

bool TestbedLog::hear(sim::NodeIndex node, const bed::News& news) {
  bool is_new = false;
  for (const bed::QueryAccount& account : news.queries) {
    const auto found = queries_.find(account.guid);
    if (found == queries_.end()) continue;
    Query& query = found->second;
    bed::QueryAccount& known = query.accounts[node];
    query.out += account.out_frames - known.out_frames;
    query.in += landed(account) - landed(known);
    known = account;
    is_new = true;
  }
  worst_late_ = std::max(worst_late_, news.worst_late);
  Node& entry = nodes_[node];
  entry.news = news;
  entry.news.queries.clear();
  return is_new;
}

void TestbedLog::begin() {
  for (Node& node : nodes_) node.late_before = node.news.late;
  worst_late_ = {};
}

bool TestbedLog::is_at_rest(const Guid& guid) const {
  const Query& query = queries_.at(guid);
  const auto origin = query.accounts.find(query.origin);
  if (origin == query.accounts.end() || origin->second.is_at) return false;
  return query.out == query.in;
}

std::uint64_t TestbedLog::moves(const Guid& guid) const {
  const Query& query = queries_.at(guid);
  return query.out + query.in;
}

std::uint64_t TestbedLog::late() const {
  std::uint64_t late = 0;
  for (const Node& node : nodes_) late += node.news.late - node.late_before;
  return late;
}

std::uint64_t TestbedLog::deliveries() const {
  std::uint64_t deliveries = 0;
  for (const Node& node : nodes_) deliveries += node.news.deliveries;
  return deliveries;
}

std::uint64_t TestbedLog::link_ends() const {
  std::uint64_t ends = 0;
  for (const Node& node : nodes_) ends += node.news.links;
  return ends;
}

std::optional<QueryRow> TestbedLog::row(const Guid& guid, TimePoint began) const {
  const Query& query = queries_.at(guid);
  const auto origin = query.accounts.find(query.origin);
  if (origin == query.accounts.end() || !origin->second.asked_at) return std::nullopt;
  const TimePoint asked = *origin->second.asked_at;
  QueryRow row;
  row.query = query.number;
  row.alive = query.alive;
  for (const auto& [node, account] : query.accounts) {
    row.messages += account.messages;
    row.query_frames += account.query_frames;
    row.duplicates += account.duplicates;
    row.bytes += static_cast<double>(account.bytes);
    if (node == query.origin || !account.first_at) continue;
    ++row.reached;
    row.last_reached_ms =
        std::max(row.last_reached_ms.value_or(0), millis(*account.first_at - asked));
  }
  row.hits = origin->second.hits;
  if (origin->second.first_hit_at) {
    row.first_hit_ms = millis(*origin->second.first_hit_at - asked);
    row.first_hit_hops = origin->second.first_hit_hops;
  }
  row.asked_at_s = std::chrono::duration<double>(asked - began).count();
  return row;
}

std::vector<HopCount> TestbedLog::hops() const {
  std::vector<HopCount> hops;
  for (const auto& [guid, query] : queries_) {
    for (const auto& [node, account] : query.accounts) {
      for (const auto& hop : account.hops) {
        if (hops.size() <= hop.hops) hops.resize(hop.hops + std::size_t{1});
        hops[hop.hops].first += hop.first;
        hops[hop.hops].duplicates += hop.duplicates;
      }
    }
  }
  return hops;
}

std::vector<NodeLoad> TestbedLog::loads(const std::vector<std::uint32_t>& degrees) const {
  std::vector<NodeLoad> loads(nodes_.size());
  for (std::size_t node = 0; node < loads.size(); ++node) loads[node].degree = degrees[node];
  for (const auto& [guid, query] : queries_) {
    for (const auto& [node, account] : query.accounts) {
      loads[node].frames_in += account.frames_in;
      loads[node].hits_in += account.hits_in;
    }
  }
  return loads;
}

std::vector<bed::TypeCount> TestbedLog::traffic() const {
  std::map<std::uint32_t, bed::TypeCount> types;
  for (const Node& node : nodes_) {
    for (const bed::TypeCount& sent : node.news.sent) {
      bed::TypeCount& type = types[sent.type];
      type.type = sent.type;
      type.frames += sent.frames;
      type.bytes += sent.bytes;
    }
  }
  std::vector<bed::TypeCount> list;
  for (const auto& [number, type] : types) list.push_back(type);
  return list;
}

}  // namespace freshet::bench
