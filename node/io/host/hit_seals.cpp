#include "node/io/host/hit_seals.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <ctime>
#include <utility>

#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include "node/store/file_io.h"

namespace freshet::io {

namespace cs = core::search;

namespace {

constexpr std::string_view kLabel = "freshet hit 1";
constexpr std::size_t kMaxClockFile = 32;

std::uint64_t wall_seconds() {
  return static_cast<std::uint64_t>(std::max<std::time_t>(0, std::time(nullptr)));
}

std::uint64_t seconds_since_start(TimePoint now) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count());
}

std::uint64_t load_date(const std::string& file) {
  const auto bytes = store::read_small_file(file, kMaxClockFile);
  std::uint64_t date = 0;
  if (!bytes || !*bytes) return date;
  const std::string_view text = text_of(**bytes);
  std::from_chars(text.data(), text.data() + text.size(), date);
  return date < UINT64_MAX / 4 ? date : 0;
}

}  // namespace

const Bytes* HitSeals::Memory::find(const Bytes& key) const {
  const auto found = values_.find(key);
  return found == values_.end() ? nullptr : &found->second;
}

void HitSeals::Memory::add(const Bytes& key, Bytes value) {
  const auto [at, is_new] = values_.insert_or_assign(key, std::move(value));
  if (!is_new) return;
  order_.push_back(at);
  if (order_.size() <= kMaxRemembered) return;
  values_.erase(order_.front());
  order_.pop_front();
}

// A node whose clock was set back goes on from where it was.
HitSeals::HitSeals(store::Signer signer, std::string clock_file)
    : signer_(std::move(signer)),
      clock_file_(std::move(clock_file)),
      base_s_(std::max(wall_seconds(), load_date(clock_file_))) {}

std::uint64_t HitSeals::issue_date(TimePoint now) {
  const std::uint64_t clock = std::max(base_s_ + seconds_since_start(now), wall_seconds());
  const std::uint64_t date = std::max(last_issued_s_, cs::issue_time(clock));
  if (date != last_issued_s_) {
    last_issued_s_ = date;
    const std::string text = std::to_string(date) + '\n';
    const Status saved = store::replace_file(clock_file_, bytes_of(text), S_IRUSR | S_IWUSR);
    if (!saved) spdlog::warn("{}", saved.error().message);
  }
  return date;
}

Bytes HitSeals::seal(wire::HitRecord record, TimePoint now) {
  record.issued_s = issue_date(now);
  record.lifetime_s = cs::kHitLifetimeSeconds;
  const Bytes bytes = wire::encode_record(record);
  if (const Bytes* known = sealed_.find(bytes)) return wire::encode_query_hit(bytes, *known);
  Bytes signature = signer_.sign(kLabel, bytes);
  if (signature.empty()) return {};
  Bytes body = wire::encode_query_hit(bytes, signature);
  sealed_.add(bytes, std::move(signature));
  return body;
}

cs::HitVerdict HitSeals::judge(const wire::QueryHit& hit, TimePoint now) {
  if (hit.signature.empty()) return cs::HitVerdict::unsigned_record;
  const Bytes* known = checked_.find(hit.record_bytes);
  if (known == nullptr || *known != hit.signature) {
    if (!store::is_signed_by(hit.record.node, kLabel, hit.record_bytes, hit.signature))
      return cs::HitVerdict::forged;
    checked_.add(hit.record_bytes, hit.signature);
  }
  const bool in_time = freshness_.accept(
      hit.record.node, hit.record.issued_s, hit.record.lifetime_s, wall_seconds(), now);
  return in_time ? cs::HitVerdict::good : cs::HitVerdict::expired;
}

}  // namespace freshet::io
