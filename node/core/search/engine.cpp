#include "node/core/search/engine.h"

#include <algorithm>
#include <utility>

#include "node/base/digest.h"
#include "node/wire/overlay/frame.h"
#include "node/wire/overlay/query_view.h"

namespace freshet::core::search {
namespace {

// A record is filled up to this, so that its body stays well below a frame's limit.
constexpr std::size_t kRecordBudgetBytes = 32 * 1024;
// What a file costs in a record beside its name: id, size and tags.
constexpr std::size_t kFileOverheadBytes = 64;

std::size_t cost_of(const wire::HitFile& file) {
  return file.name.size() + kFileOverheadBytes
         + (file.metadata ? wire::kMaxMetadataBytes : std::size_t{0});
}

// Has `files` signed as one or more records.
void seal_records(wire::HitRecord record,
                  std::vector<wire::HitFile> files,
                  const Guid& guid,
                  EffectBuffer& out) {
  std::size_t budget = kRecordBudgetBytes;
  const auto flush = [&] {
    out.push(Effect(Seal{.lookup = guid, .record = record}));
    record.files.clear();
    budget = kRecordBudgetBytes;
  };
  for (wire::HitFile& file : files) {
    const std::size_t cost = cost_of(file);
    if (!record.files.empty() && (cost > budget || record.files.size() == wire::kMaxHitFiles)) {
      flush();
    }
    budget -= std::min(budget, cost);
    record.files.push_back(std::move(file));
  }
  if (!record.files.empty()) flush();
}

std::uint32_t answer_limit(const Config& config, std::uint32_t wanted) {
  return wanted == 0 ? config.max_files_per_answer : std::min(wanted, config.max_files_per_answer);
}

}  // namespace

void Engine::handle(const Input& input, TimePoint now, EffectBuffer& out, Carrier& carrier) {
  if (const auto* found = std::get_if<Found>(&input)) {
    on_found(*found, out);
  } else if (const auto* sealed = std::get_if<Sealed>(&input)) {
    carrier.answer(sealed->lookup, sealed->body);
  } else if (const auto* judged = std::get_if<Judged>(&input)) {
    on_judged(*judged, now, out, carrier);
  } else if (const auto* ask = std::get_if<Ask>(&input)) {
    on_ask(*ask, now, out, carrier);
  } else if (const auto* forget = std::get_if<Forget>(&input)) {
    on_forget(*forget, carrier);
  } else if (const auto* describe = std::get_if<Describe>(&input)) {
    name_ = describe->name;
    addresses_ = describe->addresses;
    if (addresses_.size() > wire::kMaxHitAddresses) addresses_.resize(wire::kMaxHitAddresses);
    bittorrent_ = describe->bittorrent;
  }
}

void Engine::on_ask(const Ask& ask, TimePoint now, EffectBuffer& out, Carrier& carrier) {
  wire::Query query = ask.query;
  if (cache() != nullptr) query.enough = ask.wanted;
  const ByteView body = out.keep(wire::encode(query));
  const std::vector<wire::QueryHit> known = remembered(body, ask.ttl, now);
  const Guid guid = carrier.ask({.strategy = ask.strategy,
                                 .ttl = known.empty() ? ask.ttl : std::uint8_t{0},
                                 .wanted = ask.wanted,
                                 .ask = ask.ask.value,
                                 .guid = ask.guid},
                                body);
  if (asked_.size() >= config_.max_asks) asked_.erase(asked_.begin());
  asked_.push_back({.guid = guid, .ask = ask.ask});
  out.push(Effect(
      Lookup{.lookup = guid, .query = body, .limit = answer_limit(config_, ask.query.max_hits)}));
  if (!known.empty()) ++counters_.cache_answered_own;
  // Judged once more: what was blocked or ran out since is no answer.
  for (const wire::QueryHit& hit : known)
    out.push(Effect(Judge{.guid = guid, .hops = hit.cached_hops, .hit = hit}));
  if (known.empty() && cache() != nullptr) cache_->note(guid, body, ask.ttl);
}

void Engine::on_forget(const Forget& forget, Carrier& carrier) {
  std::erase_if(asked_, [&](const Asked& each) {
    if (each.ask != forget.ask) return false;
    carrier.end(each.guid);
    return true;
  });
}

void Engine::on_query(
    const Config& config, Counters& counters, const Guid& guid, ByteView body, EffectBuffer& out) {
  const wire::QueryView query(body);
  if (!query.well_formed()) {
    ++counters.queries_malformed;
    return;
  }
  ++counters.queries_looked_up;
  out.push(Effect(
      Lookup{.lookup = guid, .query = body, .limit = answer_limit(config, query.max_hits())}));
}

void Engine::on_found(const Found& found, EffectBuffer& out) {
  if (found.files.empty()) return;
  std::vector<wire::HitFile> files = found.files;
  if (files.size() > config_.max_files_per_answer) files.resize(config_.max_files_per_answer);
  if (const Asked* asked = find(found.lookup)) {
    Hit hit{.ask = asked->ask, .hops = 0, .record = own_record()};
    hit.record.files = std::move(files);
    out.push(Effect(std::move(hit)));
    return;
  }
  ++counters_.queries_answered;
  seal_records(own_record(), std::move(files), found.lookup, out);
}

void Engine::on_hit(
    const Guid& guid, std::uint8_t hops, ByteView body, TimePoint now, EffectBuffer& out) {
  Asked* asked = find(guid);
  if (asked == nullptr) {
    ++counters_.hit_records_late;
    return;
  }
  auto hit = wire::decode_query_hit(body);
  if (!hit) {
    ++counters_.hit_records_malformed;
    return;
  }
  if (is_repeated(*asked, *hit)) {
    ++counters_.hit_records_repeated;
    return;
  }
  ++counters_.hit_records_in;
  Judge judge{.guid = guid, .hops = hops, .hit = std::move(*hit)};
  if (cache() != nullptr) judge.token = cache_->begin_check(guid, hops, judge.hit, now).value_or(0);
  judge.hops = static_cast<std::uint8_t>(std::min(0xFF, hops + judge.hit.cached_hops));
  out.push(Effect(std::move(judge)));
}

void Engine::on_judged(const Judged& judged, TimePoint now, EffectBuffer& out, Carrier& carrier) {
  const Asked* asked = find(judged.guid);
  if (judged.token != 0 && cache() != nullptr) {
    const bool is_kept = cache_->end_check(judged.token, judged.verdict == HitVerdict::good, now);
    ++(is_kept ? counters_.cache_stored : counters_.cache_refused);
    if (asked == nullptr) return;  // another node's
  }
  switch (judged.verdict) {
    case HitVerdict::good:
      break;
    case HitVerdict::unsigned_record:
      ++counters_.hit_records_unsigned;
      return;
    case HitVerdict::forged:
      ++counters_.hit_records_forged;
      return;
    case HitVerdict::expired:
      ++counters_.hit_records_expired;
      return;
    case HitVerdict::blocked:
      ++counters_.hit_records_blocked;
      return;
  }
  if (asked == nullptr) {  // given up while it was judged
    ++counters_.hit_records_late;
    return;
  }
  carrier.found(judged.guid, static_cast<std::uint32_t>(judged.record.files.size()));
  out.push(Effect(Hit{.ask = asked->ask,
                      .hops = judged.hops,
                      .record = judged.record,
                      .is_cached = judged.is_cached}));
}

// ---- with a cache

HitCache* Engine::cache() {
  if (config_.cache_age == Duration{}) return nullptr;
  if (!cache_) cache_ = std::make_unique<HitCache>(config_);
  return cache_.get();
}

std::vector<wire::QueryHit> Engine::remembered(ByteView body, std::uint8_t ttl, TimePoint now) {
  std::vector<wire::QueryHit> hits;
  if (cache() == nullptr) return hits;
  for (const HitCache::Record* record : cache_->answers_to(body, ttl, now)) {
    auto hit = wire::decode_query_hit(
        wire::encode_query_hit(record->record, record->signature, record->hops));
    if (hit) hits.push_back(std::move(*hit));
  }
  return hits;
}

bool Engine::ends_here(const Passing& query, TimePoint now, Carrier& carrier) {
  if (cache() == nullptr) return false;
  const unsigned span = unsigned{query.hops} + query.reach;
  if (cache_->was_answered(query.guid, span)) return true;
  if (!cache_->note(query.guid, query.body, span)) return false;
  if (cache_->was_answered(query.guid, 0)) return false;  // a wider round: that was not enough
  bool is_answered = false;
  for (const HitCache::Record* record : cache_->answers(query.guid, query.reach, now)) {
    is_answered = true;
    carrier.answer(query.guid,
                   wire::encode_query_hit(record->record, record->signature, record->hops));
  }
  if (!is_answered) return false;
  cache_->set_answered(query.guid);
  ++counters_.cache_answered;
  return true;
}

void Engine::on_passing_hit(
    const Guid& guid, std::uint8_t hops, ByteView body, TimePoint now, EffectBuffer& out) {
  if (cache() == nullptr) return;
  auto hit = wire::decode_query_hit(body);
  if (!hit) return;
  const auto token = cache_->begin_check(guid, hops, *hit, now);
  if (token)
    out.push(Effect(Judge{.guid = guid, .hops = hops, .hit = std::move(*hit), .token = *token}));
}

// A hit travels two ways where it can, so that one relay cannot take it away. What is heard twice
// is judged and counted once; a copy with another signature is another hit, or an unsigned one
// would keep the true one out.
bool Engine::is_repeated(Asked& asked, const wire::QueryHit& hit) {
  Digest digest;
  digest.add(hit.record_bytes);
  digest.add(hit.signature);
  const std::uint64_t value = digest.value();
  if (std::find(asked.heard.begin(), asked.heard.end(), value) != asked.heard.end()) return true;
  if (asked.heard.size() < kMaxHeard) asked.heard.push_back(value);
  return false;
}

Engine::Asked* Engine::find(const Guid& guid) {
  return const_cast<Asked*>(std::as_const(*this).find(guid));
}

const Engine::Asked* Engine::find(const Guid& guid) const {
  const auto found = std::find_if(
      asked_.begin(), asked_.end(), [&](const Asked& each) { return each.guid == guid; });
  return found == asked_.end() ? nullptr : &*found;
}

wire::HitRecord Engine::own_record() const {
  return {.node = self_,
          .name = name_,
          .addresses = addresses_,
          .files = {},
          .bittorrent = bittorrent_};
}

std::uint64_t Engine::digest() const {
  Digest digest;
  for (const Asked& asked : asked_) {
    digest.add(asked.guid.view());
    digest.add(asked.ask.value);
    for (const std::uint64_t heard : asked.heard) digest.add(heard);
  }
  if (cache_) digest.add(cache_->digest());
  return digest.value();
}

}  // namespace freshet::core::search
