#include "node/core/overlay/dial_back.h"

#include <algorithm>

#include "node/core/overlay/sending.h"
#include "node/wire/overlay/dial_back.h"

namespace freshet::core::overlay {
namespace {

void answer(Turn& turn, Link& link, wire::DialBackVerdict verdict) {
  send_link_frame(
      turn, link, wire::FrameType::dial_back_answer, wire::encode_dial_back_answer(verdict));
}

}  // namespace

void DialBacks::ask(Turn& turn) {
  asked_.clear();
  if (turn.config.listen_port == 0) return;
  for (Link& link : turn.links.all()) {
    if (asked_.size() == kAsked) break;
    if (link.state != LinkState::up) continue;
    asked_.push_back(link.id);
    send_link_frame(
        turn, link, wire::FrameType::dial_back, wire::encode_dial_back(turn.config.listen_port));
  }
}

bool DialBacks::on_request(Turn& turn, Link& link, ByteView body) {
  const auto port = wire::decode_dial_back(body);
  if (!port) return false;
  ++turn.counters.dial_backs_asked;
  const auto found = std::find_if(
      served_.begin(), served_.end(), [&](const Served& each) { return each.link == link.id; });
  if (found != served_.end() && (found->pending || turn.now - found->at < kPause)) {
    ++turn.counters.dial_backs_declined;
    answer(turn, link, wire::DialBackVerdict::declined);
    return true;
  }
  if (found == served_.end()) {
    served_.push_back({.link = link.id, .at = turn.now, .pending = true});
  } else {
    *found = {.link = link.id, .at = turn.now, .pending = true};
  }
  turn.out.push(Effect(DialBack{.link = link.id, .port = *port}));
  return true;
}

bool DialBacks::on_answer(Turn& turn, const Link& link, ByteView body) {
  const auto verdict = wire::decode_dial_back_answer(body);
  if (!verdict) return false;
  if (std::erase(asked_, link.id) == 0) {
    ++turn.counters.frames_unexpected;
    return true;
  }
  turn.out.push(Effect(DialBackAnswer{.link = link.id, .verdict = *verdict}));
  return true;
}

void DialBacks::on_dialled(Turn& turn, LinkId id, bool reached) {
  const auto found = std::find_if(
      served_.begin(), served_.end(), [&](const Served& each) { return each.link == id; });
  Link* link = turn.links.find(id);
  if (found == served_.end() || link == nullptr || link->state != LinkState::up) {
    ++turn.counters.answers_no_link;
    return;
  }
  if (!found->pending) return;
  found->pending = false;
  answer(
      turn, *link, reached ? wire::DialBackVerdict::reached : wire::DialBackVerdict::unreachable);
}

void DialBacks::forget(LinkId link) {
  std::erase_if(served_, [&](const Served& each) { return each.link == link; });
  std::erase(asked_, link);
}

}  // namespace freshet::core::overlay
