#include "node/core/overlay/outbox.h"

#include <utility>

namespace freshet::core::overlay {

Outbox::Class Outbox::class_of(wire::FrameType type) {
  switch (type) {
    case wire::FrameType::query:
    case wire::FrameType::tally:  // must not overtake copies (tallies.h)
      return query;
    case wire::FrameType::query_hit:
    case wire::FrameType::push:
    case wire::FrameType::browse_page:
      return hit;
    default:
      return control;
  }
}

void Outbox::add(const wire::FrameHeader& header,
                 ByteView body,
                 std::size_t max_bytes,
                 Counters& counters) {
  auto& queue = waiting_[class_of(header.type)];
  queue.push_back({.header = header, .body = Bytes(body.begin(), body.end())});
  bytes_ += size_of(queue.back());
  while (bytes_ > max_bytes && drop_one(counters)) {
  }
}

bool Outbox::drop_one(Counters& counters) {
  static constexpr std::array<std::uint64_t Counters::*, class_count> kDropped = {
      &Counters::drops_control, &Counters::drops_hit, &Counters::drops_query};
  // A link's control frames are few and small, and keep it alive: they go before hits do, which
  // someone waits for, only because a peer could make this node owe it pongs without end.
  for (const Class which : {query, control, hit}) {
    auto& queue = waiting_[which];
    if (queue.empty()) continue;
    bytes_ -= size_of(queue.front());
    queue.pop_front();
    ++(counters.*kDropped[which]);
    return true;
  }
  return false;
}

std::optional<Outbox::Waiting> Outbox::take(std::size_t room_bytes) {
  for (auto& queue : waiting_) {
    if (queue.empty()) continue;
    if (size_of(queue.front()) > room_bytes) return std::nullopt;
    Waiting frame = std::move(queue.front());
    queue.pop_front();
    bytes_ -= size_of(frame);
    return frame;
  }
  return std::nullopt;
}

}  // namespace freshet::core::overlay
