#include "node/io/testbed/shaper.h"

#include <algorithm>
#include <utility>

#include <asio/io_context.hpp>

namespace freshet::io::testbed {
namespace {

using wire::FrameType;

// What keeps two neighbours of one mind is never lost: the link is fine. As in the simulator.
bool may_vanish(FrameType type) {
  return type != FrameType::ping && type != FrameType::pong && type != FrameType::bye
         && type != FrameType::hello && type != FrameType::route_table;
}

}  // namespace

Shaper::Shaper(asio::io_context& io, const Setup& setup, Ledger& ledger, ShaperOutside& outside)
    : setup_(setup),
      ledger_(ledger),
      outside_(outside),
      timer_(io) {
  if (!setup.capture.empty()) capture_ = std::make_unique<Capture>(setup.capture, setup.node);
}

Bytes Shaper::greeting() const {
  Bytes bytes(kGreetingBytes);
  store_le(setup_.node, bytes.data());
  if (setup_.alias)
    std::copy(setup_.alias->bytes.begin(), setup_.alias->bytes.end(), bytes.begin() + 4);
  return bytes;
}

Shaper::Stamped Shaper::stamp(const wire::FrameHeader& header) const {
  Stamped bytes{};
  store_le(static_cast<std::uint64_t>(outside_.now().time_since_epoch().count()), bytes.data());
  wire::encode_header(header, bytes.data() + kStampBytes);
  return bytes;
}

void Shaper::sent(const wire::FrameHeader& header, ByteView body, std::span<const LinkId> links) {
  ledger_.sent(header, static_cast<std::uint32_t>(links.size()));
  if (!capture_) return;
  for (const LinkId link : links) {
    const auto found = links_.find(link.value);
    const std::uint32_t peer = found != links_.end() ? found->second.peer : greeting_;
    capture_->add(peer, header, body, outside_.now());
  }
}

void Shaper::take(LinkId link, ByteView bytes) {
  Inbound& inbound = links_[link.value];
  Bytes joined;
  if (!inbound.pending.empty()) {
    joined = std::move(inbound.pending);
    joined.insert(joined.end(), bytes.begin(), bytes.end());
    bytes = joined;
    inbound.pending.clear();
  }
  while (!bytes.empty()) {
    const std::size_t used =
        inbound.delay ? take_frame(link, inbound, bytes) : take_greeting(link, inbound, bytes);
    if (used == 0) break;
    bytes = bytes.subspan(used);
  }
  // refuse() may have ended the link.
  if (const auto still = links_.find(link.value); still != links_.end())
    still->second.pending.assign(bytes.begin(), bytes.end());
}

std::size_t Shaper::take_greeting(LinkId& link, Inbound& inbound, ByteView bytes) {
  if (bytes.size() < kGreetingBytes) return 0;
  inbound.peer = load_le<std::uint32_t>(bytes.data());
  inbound.delay.emplace(setup_, inbound.peer, setup_.node);
  const NodeKey alias = NodeKey::from(bytes.subspan(4, NodeKey::kSize));
  greeting_ = inbound.peer;
  auto entry = links_.extract(link.value);
  link = outside_.introduced(link, alias == NodeKey{} ? std::nullopt : std::optional(alias));
  entry.key() = link.value;
  links_.insert(std::move(entry));
  return kGreetingBytes;
}

std::size_t Shaper::take_frame(LinkId link, Inbound& inbound, ByteView bytes) {
  constexpr std::size_t kHead = kStampBytes + wire::kFrameHeaderBytes;
  if (bytes.size() < kHead) return 0;
  const wire::FrameHeader header = wire::decode_header(bytes.data() + kStampBytes);
  if (header.body_bytes > wire::kMaxBodyBytes) {
    outside_.refuse(link);
    return 0;
  }
  const std::size_t size = kHead + header.body_bytes;
  if (bytes.size() < size) return 0;
  // All have one clock, which nobody is ahead of.
  const TimePoint sent = std::clamp(
      TimePoint(Duration(load_le<std::int64_t>(bytes.data()))), TimePoint{}, outside_.clock());
  enqueue(link, inbound, sent, bytes.subspan(kStampBytes, size - kStampBytes));
  return size;
}

void Shaper::enqueue(LinkId link, Inbound& inbound, TimePoint sent, ByteView frame) {
  const Duration latency = inbound.delay->next();
  if (faults_ && inbound.delay->vanishes(setup_.loss)) {
    const wire::FrameHeader header = wire::decode_header(frame.data());
    if (may_vanish(header.type)) {
      ledger_.lost(header);
      return;
    }
  }
  // A link keeps the order of its frames.
  TimePoint due = setup_.delay.kind == Delay::Kind::none
                      ? outside_.clock()
                      : std::max(sent + latency, inbound.last_due);
  if (setup_.has_real_limits) due = std::max(due, outside_.clock());
  inbound.last_due = due;
  push({.due = due,
        .order = next_order_++,
        .link = link,
        .latency = latency,
        .frame = Bytes(frame.begin(), frame.end())});
}

void Shaper::ended(LinkId link, bool silently) {
  const auto found = links_.find(link.value);
  if (found == links_.end()) return;
  found->second.is_ghost = true;
  if (silently) return;
  push({.due = std::max(found->second.last_due, outside_.clock()),
        .order = next_order_++,
        .link = link,
        .frame = {}});
}

bool Shaper::closes(LinkId link) {
  const auto found = links_.find(link.value);
  if (found == links_.end() || !found->second.is_ghost) return false;
  push({.due = outside_.clock(), .order = next_order_++, .link = link, .frame = {}});
  return true;
}

void Shaper::push(Item item) {
  queue_.push(std::move(item));
  arm();
}

void Shaper::arm() {
  if (stopped_ || queue_.empty()) return;
  const TimePoint due = queue_.top().due;
  if (armed_ && *armed_ <= due) return;
  armed_ = due;
  timer_.expires_at(outside_.real(due));
  timer_.async_wait([this](const std::error_code& canceled) {
    if (canceled || stopped_) return;
    armed_.reset();
    deliver_due();
    arm();
  });
}

void Shaper::deliver_due() {
  while (!stopped_ && !queue_.empty() && queue_.top().due <= outside_.clock()) {
    const Item item = queue_.top();
    queue_.pop();
    deliver(item);
  }
}

void Shaper::deliver(const Item& item) {
  if (!links_.contains(item.link.value)) return;
  if (item.frame.empty()) {
    links_.erase(item.link.value);
    outside_.gone(item.link, item.due);
    return;
  }
  const Duration late = outside_.clock() - item.due;
  ++counters_.deliveries;
  counters_.worst_late = std::max(counters_.worst_late, late);
  if (setup_.delay.kind != Delay::Kind::none && late > item.latency / 2) ++counters_.late;
  ledger_.arrived(wire::decode_header(item.frame.data()), item.due);
  outside_.received(item.link, item.frame, item.due);
}

void Shaper::stop() {
  stopped_ = true;
  timer_.cancel();
}

}  // namespace freshet::io::testbed
