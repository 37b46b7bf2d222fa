#include "node/core/overlay/browsing.h"

#include <algorithm>
#include <utility>

#include "node/core/overlay/sending.h"

namespace freshet::core::overlay {
namespace {

void fail(Turn& turn, BrowseId ask, BrowseFailure why) {
  turn.out.push(Effect(Browsed{.ask = ask, .failure = why, .page = {}}));
}

}  // namespace

void Browsing::ask(Turn& turn, const AskBrowse& ask) {
  Link* link = turn.links.find(ask.link);
  if (link == nullptr || link->state != LinkState::up) {
    fail(turn, ask.ask, BrowseFailure::link_gone);
  } else if (!link->browses) {
    fail(turn, ask.ask, BrowseFailure::not_understood);
  } else if (asked_.size() == kMaxAsked) {
    fail(turn, ask.ask, BrowseFailure::too_many);
  } else {
    const Guid request = turn.rng.guid();
    asked_.push_back({.ask = ask.ask, .link = ask.link, .request = request});
    ++turn.counters.browses_out;
    send_link_frame(turn, *link, wire::FrameType::browse, wire::encode(ask.browse), request);
  }
}

void Browsing::forget(BrowseId ask) {
  std::erase_if(asked_, [&](const Asked& each) { return each.ask == ask; });
}

bool Browsing::on_request(Turn& turn, const Link& link, const Frame& frame) {
  const auto browse = wire::decode_browse(frame.body);
  if (!browse) return false;
  ++turn.counters.browses_in;
  const auto waiting = std::count_if(
      served_.begin(), served_.end(), [&](const Served& each) { return each.link == link.id; });
  if (static_cast<std::size_t>(waiting) >= kMaxServedPerLink) {
    ++turn.counters.browses_over_limit;
    return true;
  }
  served_.push_back({.link = link.id, .request = frame.header.guid});
  turn.out.push(
      Effect(BrowseAsked{.link = link.id, .request = frame.header.guid, .browse = *browse}));
  return true;
}

void Browsing::answer(Turn& turn, const AnswerBrowse& answer) {
  const auto found = std::find_if(served_.begin(), served_.end(), [&](const Served& each) {
    return each.link == answer.link && each.request == answer.request;
  });
  const bool is_asked = found != served_.end();
  if (is_asked) served_.erase(found);
  Link* link = turn.links.find(answer.link);
  if (!is_asked || link == nullptr) {
    ++turn.counters.answers_no_link;
    return;
  }
  send_link_frame(
      turn, *link, wire::FrameType::browse_page, wire::encode(answer.page), answer.request);
}

bool Browsing::on_page(Turn& turn, const Link& link, const Frame& frame) {
  const auto found = std::find_if(asked_.begin(), asked_.end(), [&](const Asked& each) {
    return each.link == link.id && each.request == frame.header.guid;
  });
  if (found == asked_.end()) {  // it was given up meanwhile, or never asked for
    ++turn.counters.frames_unexpected;
    return true;
  }
  const BrowseId ask = found->ask;
  asked_.erase(found);
  auto page = wire::decode_browse_page(frame.body);
  if (!page) {
    fail(turn, ask, BrowseFailure::malformed);
    return false;
  }
  turn.out.push(
      Effect(Browsed{.ask = ask, .failure = BrowseFailure::none, .page = std::move(*page)}));
  return true;
}

void Browsing::on_link_down(Turn& turn, LinkId link) {
  std::erase_if(served_, [&](const Served& each) { return each.link == link; });
  std::erase_if(asked_, [&](const Asked& each) {
    if (each.link != link) return false;
    fail(turn, each.ask, BrowseFailure::link_gone);
    return true;
  });
}

void Browsing::digest(Digest& digest) const {
  for (const Asked& each : asked_) digest.add(each.request.view());
  for (const Served& each : served_) digest.add(each.request.view());
}

}  // namespace freshet::core::overlay
