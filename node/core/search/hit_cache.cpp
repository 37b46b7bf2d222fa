#include "node/core/search/hit_cache.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "node/base/digest.h"

namespace freshet::core::search {
namespace {

constexpr std::size_t kRecordOverheadBytes = 160;  ///< places in lists, about

// What makes two queries the same: all but how they travel and how much they want.
std::optional<Bytes> key_of(ByteView body, std::uint32_t& enough) {
  auto query = wire::decode_query(body);
  if (!query || query->content) return std::nullopt;
  enough = query->enough;
  query->strategy = 0;
  query->walker = 0;
  query->max_hits = 0;
  query->tally = false;
  query->enough = 0;
  return wire::encode(*query);
}

// With its key, in the map and in the order.
std::size_t size_of(const Bytes& key, const HitCache::Record& record) {
  return record.record.size() + record.signature.size() + 2 * key.size() + kRecordOverheadBytes;
}

}  // namespace

const HitCache::Query* HitCache::find(const Guid& guid) const {
  const auto found = std::find_if(
      queries_.rbegin(), queries_.rend(), [&](const Query& each) { return each.guid == guid; });
  return found == queries_.rend() ? nullptr : &*found;
}

HitCache::Query* HitCache::find(const Guid& guid) {
  return const_cast<Query*>(std::as_const(*this).find(guid));
}

std::optional<bool> HitCache::note(const Guid& guid, ByteView body, unsigned span) {
  if (Query* known = find(guid)) {
    if (!known->answered) known->span = std::max(known->span, span);
    return false;
  }
  std::uint32_t enough = 0;
  auto key = key_of(body, enough);
  if (!key) return std::nullopt;
  if (queries_.size() >= config_.cache_queries) queries_.pop_front();
  queries_.push_back({.guid = guid, .key = std::move(*key), .enough = enough, .span = span});
  return true;
}

std::vector<const HitCache::Record*> HitCache::answers(const Guid& guid,
                                                       std::uint8_t reach,
                                                       TimePoint now) {
  drop_old(now);
  const Query* query = find(guid);
  if (query == nullptr) return {};
  return enough_of(query->key, query->enough, reach);
}

std::vector<const HitCache::Record*> HitCache::answers_to(ByteView body,
                                                          std::uint8_t reach,
                                                          TimePoint now) {
  drop_old(now);
  std::uint32_t enough = 0;
  const auto key = key_of(body, enough);
  if (!key) return {};
  return enough_of(*key, enough, reach);
}

std::vector<const HitCache::Record*> HitCache::enough_of(const Bytes& key,
                                                         std::uint32_t enough,
                                                         std::uint8_t reach) const {
  const auto known = by_query_.find(key);
  if (known == by_query_.end() || enough == 0) return {};
  std::vector<const Record*> found;
  std::uint32_t files = 0;
  for (const Record& record : known->second) {
    if (record.hops > reach) continue;
    found.push_back(&record);
    files += record.files;
    if (files >= enough) return found;
  }
  return {};
}

void HitCache::set_answered(const Guid& guid) {
  if (Query* query = find(guid)) query->answered = true;
}

bool HitCache::was_answered(const Guid& guid, unsigned span) const {
  const Query* query = find(guid);
  return query != nullptr && query->answered && span <= query->span;
}

std::optional<std::uint32_t> HitCache::begin_check(const Guid& guid,
                                                   std::uint8_t hops,
                                                   const wire::QueryHit& hit,
                                                   TimePoint now) {
  const Query* query = find(guid);
  // What another one remembers is not remembered once more: it would grow older at each.
  if (query == nullptr || hit.cached_hops != 0 || hit.record.files.empty()) return std::nullopt;
  if (const auto known = by_query_.find(query->key); known != by_query_.end()) {
    const bool is_known =
        std::any_of(known->second.begin(), known->second.end(), [&](const Record& each) {
          return each.node == hit.record.node && each.record == hit.record_bytes
                 && each.until > now;
        });
    if (is_known) return std::nullopt;
  }
  if (now - second_begins_ >= std::chrono::seconds(1)) {
    second_begins_ = now;
    checks_in_second_ = 0;
  }
  if (checks_in_second_++ >= config_.cache_checks_per_s) return std::nullopt;
  if (checks_.size() >= kMaxChecks) checks_.pop_front();
  checks_.push_back({.token = next_token_,
                     .key = query->key,
                     .record = {.node = hit.record.node,
                                .hops = hops,
                                .files = static_cast<std::uint32_t>(hit.record.files.size()),
                                .record = hit.record_bytes,
                                .signature = hit.signature,
                                .until = {}}});
  if (++next_token_ == 0) next_token_ = 1;
  return checks_.back().token;
}

bool HitCache::end_check(std::uint32_t token, bool is_good, TimePoint now) {
  const auto check = std::find_if(
      checks_.begin(), checks_.end(), [&](const Check& each) { return each.token == token; });
  if (check == checks_.end()) return false;
  Check done = std::move(*check);
  checks_.erase(check);
  if (is_good) store(done.key, std::move(done.record), now);
  return is_good;
}

void HitCache::store(const Bytes& key, Record record, TimePoint now) {
  drop_old(now);
  const std::size_t size = size_of(key, record);
  if (size > config_.cache_bytes) return;
  std::vector<Record>& records = by_query_[key];
  std::erase_if(records, [&](const Record& each) {
    if (each.node != record.node) return false;
    let_go(key, each);
    return true;
  });
  if (records.size() >= config_.cache_records) {
    let_go(key, records.front());
    records.erase(records.begin());
  }
  record.until = now + config_.cache_age;
  record.number = next_number_++;
  order_.push_back({.key = key, .number = record.number});
  bytes_ += size;
  records.push_back(std::move(record));
  while (bytes_ > config_.cache_bytes) drop_oldest();
}

void HitCache::let_go(const Bytes& key, const Record& record) {
  bytes_ -= size_of(key, record);
  std::erase_if(order_, [&](const Order& each) { return each.number == record.number; });
}

void HitCache::drop_oldest() {
  const Order oldest = std::move(order_.front());
  order_.pop_front();
  const auto known = by_query_.find(oldest.key);
  if (known == by_query_.end()) return;
  std::erase_if(known->second, [&](const Record& each) {
    if (each.number != oldest.number) return false;
    bytes_ -= size_of(oldest.key, each);
    return true;
  });
  if (known->second.empty()) by_query_.erase(known);
}

void HitCache::drop_old(TimePoint now) {
  while (!order_.empty()) {
    const auto known = by_query_.find(order_.front().key);
    if (known != by_query_.end()) {
      const auto record =
          std::find_if(known->second.begin(), known->second.end(), [&](const Record& each) {
            return each.number == order_.front().number;
          });
      if (record != known->second.end() && record->until > now) return;
    }
    drop_oldest();
  }
}

std::uint64_t HitCache::digest() const {
  Digest digest;
  for (const Query& query : queries_) digest.add(query.guid.view());
  for (const auto& [key, records] : by_query_) {
    for (const Record& record : records) digest.add(ByteView(record.record));
  }
  return digest.value();
}

}  // namespace freshet::core::search
