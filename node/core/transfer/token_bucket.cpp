#include "node/core/transfer/token_bucket.h"

#include <algorithm>

#include "node/wire/bt/messages.h"

namespace freshet::core::transfer {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;  // nanoseconds
constexpr std::uint64_t kBurstParts = 10;         // of a second
constexpr std::uint64_t kWakeParts = 50;

}  // namespace

std::uint64_t TokenBucket::capacity() const {
  return std::max<std::uint64_t>(rate_ / kBurstParts, 2 * wire::bt::kBlockBytes);
}

void TokenBucket::set_rate(std::uint64_t bytes_per_second, TimePoint now) {
  if (rate_ != 0) refill(now);
  if (rate_ == 0) tokens_ = 0;
  rate_ = bytes_per_second > kMaxRate ? 0 : bytes_per_second;
  tokens_ = std::min(tokens_, capacity());
  filled_at_ = now;
}

void TokenBucket::refill(TimePoint now) {
  const auto elapsed = static_cast<std::uint64_t>(std::max<Duration>(now - filled_at_, {}).count());
  // Longer than it takes to fill up; also keeps the product below within 64 bits.
  const std::uint64_t missing = capacity() - tokens_;
  if (elapsed / kSecond > missing / rate_) {
    tokens_ = capacity();
    filled_at_ = now;
    return;
  }
  const std::uint64_t seconds = elapsed / kSecond;
  const std::uint64_t rest = elapsed % kSecond;
  // rate is at most 1e11 and rest below 1e9: in parts, so that nothing overflows.
  const std::uint64_t micros = rest / 1000;
  const std::uint64_t gained = seconds * rate_ + rate_ * micros / 1'000'000;
  if (gained == 0) return;
  if (gained >= missing) {
    tokens_ = capacity();
    filled_at_ = now;
    return;
  }
  tokens_ += gained;
  // Only the time that became tokens is used up: what is rounded away now counts the next time.
  const std::uint64_t used = gained / rate_ * kSecond + gained % rate_ * kSecond / rate_;
  filled_at_ += Duration(static_cast<Duration::rep>(used));
}

std::uint64_t TokenBucket::available(TimePoint now) {
  if (rate_ == 0) return kUnlimited;
  refill(now);
  return tokens_;
}

void TokenBucket::take(std::uint64_t bytes, TimePoint now) {
  if (rate_ == 0) return;
  refill(now);
  tokens_ -= std::min(tokens_, bytes);
}

void TokenBucket::give_back(std::uint64_t bytes) {
  if (rate_ != 0) tokens_ = std::min(capacity(), tokens_ + bytes);
}

TimePoint TokenBucket::worthwhile_at() const {
  if (rate_ == 0) return TimePoint::min();
  const std::uint64_t wanted = std::max<std::uint64_t>(rate_ / kWakeParts, wire::bt::kBlockBytes);
  if (tokens_ >= wanted) return filled_at_;
  const std::uint64_t missing = wanted - tokens_;
  // Rounded up to the next microsecond, in which refill() counts.
  const std::uint64_t micros = (missing * 1'000'000 + rate_ - 1) / rate_ + 1;
  return filled_at_ + std::chrono::microseconds(static_cast<std::int64_t>(micros));
}

}  // namespace freshet::core::transfer
