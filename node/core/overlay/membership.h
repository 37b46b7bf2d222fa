// A link's life: greeting, staying alive by ping and pong, and its end. Decides which of two links
// to one peer stays.
#pragma once

#include <memory>
#include <optional>

#include "node/core/overlay/dial_plan.h"
#include "node/core/overlay/turn.h"
#include "node/wire/overlay/bodies.h"

namespace freshet::core::overlay {

class Membership {
 public:
  void on_link_up(Turn& turn, const LinkUp& up);
  void on_link_down(Turn& turn, LinkId id);
  void on_shut_down(Turn& turn);

  /// Frames of a link's own. Each is false when the body is malformed.
  bool on_hello(Turn& turn, Link& link, ByteView body);
  bool on_pong(Turn& turn, Link& link, ByteView body);
  bool on_bye(Turn& turn, Link& link, ByteView body);
  void on_ping(Turn& turn, Link& link, const wire::FrameHeader& header);

  /// Pings links that were idle, closes those that did not answer. Returns when it must run again.
  static std::optional<TimePoint> check(Turn& turn, DialPlan* dials);

  /// Says Bye, when there is something to say, and closes.
  static void close(Turn& turn, DialPlan* dials, Link& link, CloseReason reason);

  /// The dialling part; nullptr in a node that never had reason to dial.
  [[nodiscard]] DialPlan* dials() { return dials_.get(); }
  [[nodiscard]] const DialPlan* dials() const { return dials_.get(); }
  [[nodiscard]] bool has_left() const { return has_left_; }
  DialPlan& need_dials() {
    if (!dials_) dials_ = std::make_unique<DialPlan>();
    return *dials_;
  }

 private:
  bool settle_duplicate(Turn& turn, Link& link);
  void greet(Turn& turn, Link& link);
  static void ping(Turn& turn, Link& link);
  static std::optional<TimePoint> check_link(Turn& turn, DialPlan* dials, Link& link);

  std::unique_ptr<DialPlan> dials_;
  bool has_left_ = false;  ///< after on_shut_down(): no link stays, nothing is dialled
};

}  // namespace freshet::core::overlay
