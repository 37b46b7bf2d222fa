#include "node/core/overlay/frame_kinds.h"

#include "node/wire/overlay/announced.h"
#include "node/wire/overlay/bodies.h"
#include "node/wire/overlay/paths.h"

namespace freshet::core::overlay {
namespace {

constexpr std::uint32_t kMaxLinkBodyBytes = 8192;
constexpr std::uint32_t kMaxStrategyBodyBytes = 64;

}  // namespace

bool is_link_frame(wire::FrameType type) {
  switch (type) {
    case wire::FrameType::hello:
    case wire::FrameType::ping:
    case wire::FrameType::pong:
    case wire::FrameType::bye:
    case wire::FrameType::dial_back:
    case wire::FrameType::dial_back_answer:
    case wire::FrameType::browse:
    case wire::FrameType::browse_page:
      return true;
    default:
      return false;
  }
}

bool is_member_frame(wire::FrameType type) {
  return type == wire::FrameType::join || type == wire::FrameType::shuffle
         || type == wire::FrameType::shuffle_reply;
}

bool is_strategy_frame(wire::FrameType type) {
  switch (type) {
    case wire::FrameType::route_table:
    case wire::FrameType::announce:
    case wire::FrameType::graft:
    case wire::FrameType::prune:
    case wire::FrameType::check_back:
    case wire::FrameType::go_on:
    case wire::FrameType::fetch:
    case wire::FrameType::tally:
      return true;
    default:
      return false;
  }
}

bool is_browse_frame(wire::FrameType type) {
  return type == wire::FrameType::browse || type == wire::FrameType::browse_page;
}

bool is_path_frame(wire::FrameType type) {
  return type == wire::FrameType::push || type == wire::FrameType::relay_call;
}

Rated kind_of(wire::FrameType type) {
  if (type == wire::FrameType::ping || type == wire::FrameType::pong) return Rated::probe;
  if (type == wire::FrameType::route_table) return Rated::table;
  if (is_member_frame(type)) return Rated::member;
  if (is_path_frame(type)) return Rated::push;
  if (is_browse_frame(type)) return Rated::browse;
  return is_strategy_frame(type) ? Rated::strategy : Rated::unknown;
}

bool is_rated(wire::FrameType type) {
  return type != wire::FrameType::query && type != wire::FrameType::query_hit
         && type != wire::FrameType::hello && type != wire::FrameType::bye;
}

std::uint32_t max_body_bytes(wire::FrameType type) {
  if (type == wire::FrameType::query) return wire::kMaxQueryBodyBytes;
  if (type == wire::FrameType::route_table || type == wire::FrameType::browse_page)
    return wire::kMaxBodyBytes;
  if (type == wire::FrameType::announce) return wire::kMaxAnnouncedField;
  if (is_strategy_frame(type)) return kMaxStrategyBodyBytes;
  if (is_path_frame(type)) return wire::kMaxPathBodyBytes;
  return is_link_frame(type) || is_member_frame(type) ? kMaxLinkBodyBytes : wire::kMaxBodyBytes;
}

}  // namespace freshet::core::overlay
