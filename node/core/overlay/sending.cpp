#include "node/core/overlay/sending.h"

#include <memory>
#include <utility>

namespace freshet::core::overlay {
namespace {

std::size_t frame_size(ByteView body) {
  return wire::kFrameHeaderBytes + body.size();
}

void emit(Turn& turn, LinkId link, const wire::FrameHeader& header, ByteView body) {
  const std::uint32_t first = turn.out.link_count();
  turn.out.add_link(link);
  turn.out.push(
      Effect(Relay{.header = header, .body = body, .links = turn.out.links_since(first)}));
  ++turn.counters.frames_out;
}

}  // namespace

void send_link_frame(Turn& turn, Link& link, wire::FrameType type, Bytes body) {
  send_link_frame(turn, link, type, std::move(body), turn.rng.guid());
}

void send_link_frame(Turn& turn, Link& link, wire::FrameType type, Bytes body, const Guid& guid) {
  const wire::FrameHeader header{.guid = guid,
                                 .type = type,
                                 .ttl = 1,
                                 .hops = 0,
                                 .body_bytes = static_cast<std::uint32_t>(body.size())};
  send_own(turn, link, header, std::move(body));
}

bool take_room_or_queue(Turn& turn, Link& link, const wire::FrameHeader& header, ByteView body) {
  const bool something_waits = link.extra && link.extra->outbox;
  if (!something_waits && frame_size(body) <= link.room_bytes) {
    link.room_bytes -= static_cast<std::uint32_t>(frame_size(body));
    return true;
  }
  auto& outbox = link.need_extra().outbox;
  if (!outbox) outbox = std::make_unique<Outbox>();
  outbox->add(header, body, turn.config.max_outbox_bytes, turn.counters);
  return false;
}

void send_own(Turn& turn, Link& link, const wire::FrameHeader& header, Bytes body) {
  if (link.state == LinkState::closing) return;
  if (!take_room_or_queue(turn, link, header, body)) return;
  emit(turn, link.id, header, turn.out.keep(std::move(body)));
}

void drain_outbox(Turn& turn, Link& link) {
  if (!link.extra || !link.extra->outbox || link.state == LinkState::closing) return;
  Outbox& outbox = *link.extra->outbox;
  while (auto waiting = outbox.take(link.room_bytes)) {
    link.room_bytes -= static_cast<std::uint32_t>(frame_size(waiting->body));
    emit(turn, link.id, waiting->header, turn.out.keep(std::move(waiting->body)));
  }
  if (!outbox.empty()) return;
  link.extra->outbox.reset();
  link.trim_extra();
}

}  // namespace freshet::core::overlay
