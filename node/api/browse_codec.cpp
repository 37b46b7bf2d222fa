#include "node/api/browse_codec.h"

#include <algorithm>
#include <cstdint>
#include <string>

namespace freshet::api {
namespace {

namespace pb = freshet::control::v1;

pb::BrowseOutcome theirs(BrowseDone::Outcome outcome) {
  switch (outcome) {
    case BrowseDone::Outcome::listed:
      return pb::BROWSE_OUTCOME_LISTED;
    case BrowseDone::Outcome::refused:
      return pb::BROWSE_OUTCOME_REFUSED;
    case BrowseDone::Outcome::receive_only:
      return pb::BROWSE_OUTCOME_RECEIVE_ONLY;
    case BrowseDone::Outcome::too_old:
      return pb::BROWSE_OUTCOME_TOO_OLD;
  }
  return pb::BROWSE_OUTCOME_UNSPECIFIED;
}

// One that only a newer daemon knows is some refusal.
BrowseDone::Outcome ours(pb::BrowseOutcome outcome) {
  switch (outcome) {
    case pb::BROWSE_OUTCOME_LISTED:
      return BrowseDone::Outcome::listed;
    case pb::BROWSE_OUTCOME_RECEIVE_ONLY:
      return BrowseDone::Outcome::receive_only;
    case pb::BROWSE_OUTCOME_TOO_OLD:
      return BrowseDone::Outcome::too_old;
    default:
      return BrowseDone::Outcome::refused;
  }
}

}  // namespace

void write(const BrowseRequest& from, pb::Request& to) {
  pb::Browse& browse = *to.mutable_browse();
  browse.set_peer(from.peer);
  if (from.limit) browse.set_limit(*from.limit);
  if (from.timeout) {
    browse.set_timeout_ms(static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(from.timeout->count(), 0, std::int64_t{UINT32_MAX})));
  }
}

std::optional<Request> read(const pb::Browse& from) {
  if (from.peer().empty() || from.peer().size() > kMaxWordBytes) return std::nullopt;
  BrowseRequest request{.peer = from.peer(), .limit = std::nullopt, .timeout = std::nullopt};
  if (from.has_limit()) request.limit = from.limit();
  if (from.has_timeout_ms()) request.timeout = Millis(from.timeout_ms());
  return Request(std::move(request));
}

void write(const BrowseDone& from, pb::Reply& to) {
  pb::BrowseDone& done = *to.mutable_browse_done();
  done.set_node(std::string(text_of(from.node.view())));
  done.set_name(from.name);
  done.set_outcome(theirs(from.outcome));
  done.set_files(from.files);
  done.set_more(from.more);
  done.set_was_linked(from.was_linked);
  done.set_numbered(from.numbered);
  done.set_seconds(from.seconds);
}

std::optional<Reply> read(const pb::BrowseDone& from) {
  if (from.node().size() != NodeKey::kSize) return std::nullopt;
  return BrowseDone{.node = NodeKey::from(bytes_of(from.node())),
                    .name = from.name(),
                    .outcome = ours(from.outcome()),
                    .files = from.files(),
                    .more = from.more(),
                    .was_linked = from.was_linked(),
                    .numbered = from.numbered(),
                    .seconds = from.seconds()};
}

}  // namespace freshet::api
