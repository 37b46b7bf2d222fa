#include "node/core/overlay/guard/guard.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "node/core/overlay/block_lists.h"
#include "node/core/overlay/browsing.h"
#include "node/core/overlay/dial_back.h"

namespace freshet::core::overlay {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr std::array<Rate, static_cast<std::size_t>(Rated::kind_count)> kRates = {{
    {.interval = milliseconds(50), .burst = 200},     // probe
    {.interval = milliseconds(20), .burst = 1000},    // table: one is many frames at first
    {.interval = microseconds(50), .burst = 100000},  // strategy: some for each query
    {.interval = milliseconds(20), .burst = 1000},    // member: many may join at one time
    {.interval = milliseconds(100), .burst = 100},    // push: few fetches of few nodes need one
    {.interval = microseconds(2500), .burst = 400},   // browse: both ways; a page is up to 40 KB
    {.interval = milliseconds(10), .burst = 1000},    // unknown
    {.interval = milliseconds(1), .burst = 10000},    // stray: hits come late after a rush
    {.interval = milliseconds(1), .burst = 4000},     // hit
    {.interval = microseconds(500), .burst = 10000},  // answer: about 0.13 ms each to check
}};

}  // namespace

const Rate& rate_of(Rated kind) {
  return kRates[static_cast<std::size_t>(kind)];
}

Guard::Guard() = default;
Guard::~Guard() = default;

void Guard::use(std::unique_ptr<BlockLists> lists) {
  block_lists_ = std::move(lists);
}

bool Guard::allows(LinkId link, Rated kind, TimePoint now) {
  auto found = std::find_if(
      links_.begin(), links_.end(), [&](const Buckets& each) { return each.link == link; });
  if (found == links_.end()) found = links_.insert(links_.end(), {.link = link, .of_kind = {}});
  return found->of_kind[static_cast<std::size_t>(kind)].take(rate_of(kind), now);
}

void Guard::forget(LinkId link) {
  std::erase_if(links_, [&](const Buckets& each) { return each.link == link; });
  queries_.forget(link);
  if (dial_backs_) dial_backs_->forget(link);
}

DialBacks& Guard::dial_backs() {
  if (!dial_backs_) dial_backs_ = std::make_unique<DialBacks>();
  return *dial_backs_;
}

Browsing& Guard::need_browsing() {
  if (!browsing_) browsing_ = std::make_unique<Browsing>();
  return *browsing_;
}

std::uint64_t Guard::digest() const {
  Digest digest;
  for (const Buckets& each : links_) {
    digest.add(each.link.value);
    for (const TokenBucket& bucket : each.of_kind)
      digest.add(static_cast<std::uint64_t>(bucket.full_at().time_since_epoch().count()));
  }
  penalties_.digest(digest);
  bans_.digest(digest);
  queries_.digest(digest);
  own_queries_.digest(digest);
  near_queries_.digest(digest);
  attempts_.digest(digest);
  push_routes_.digest(digest);
  if (block_lists_) block_lists_->digest(digest);
  if (browsing_) browsing_->digest(digest);
  return digest.value();
}

}  // namespace freshet::core::overlay
