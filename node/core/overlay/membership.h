// A link's life: greeting, staying alive by ping and pong, and its end. Decides which of two links
// to one peer stays. Which links a node wants is the View's to say (membership/view.h).
#pragma once

#include <memory>
#include <optional>

#include "node/core/overlay/dial_plan.h"
#include "node/core/overlay/frame_reader.h"
#include "node/core/overlay/membership/view.h"
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
  /// A join, a shuffle or its answer. Ignored by who takes no part.
  bool on_member_frame(Turn& turn, const Link& link, const Frame& frame);

  /// Does what is due: pings, closes what did not answer, keeps the view, dials. `late`: by how
  /// much later than was asked for it runs. Returns when it must run again.
  std::optional<TimePoint> run(Turn& turn, Duration late);
  /// The machine slept, or the process was stopped.
  void on_woken(Turn& turn, Duration slept);
  /// So many bytes left a link's buffer.
  void on_drained(std::uint64_t bytes) {
    if (view_) view_->capacity().drained(bytes);
  }

  /// Says Bye, when there is something to say, and closes.
  static void close(Turn& turn, DialPlan* dials, Link& link, CloseReason reason);

  /// The dialling part; nullptr in a node that never had reason to dial.
  [[nodiscard]] DialPlan* dials() { return dials_.get(); }
  [[nodiscard]] const DialPlan* dials() const { return dials_.get(); }
  /// nullptr without discovery, and before the first link.
  [[nodiscard]] const View* view() const { return view_.get(); }
  [[nodiscard]] std::uint64_t digest() const;
  DialPlan& need_dials() {
    if (!dials_) dials_ = std::make_unique<DialPlan>();
    return *dials_;
  }

 private:
  bool settle_duplicate(Turn& turn, Link& link);
  void refuse_duplicate(Turn& turn, Link& one, Link& other);
  static void greet(Turn& turn, Link& link, wire::Wish wish);
  bool admit(Turn& turn, Link& link, const wire::Hello& hello);
  void on_established(Turn& turn, Link& link, const wire::Hello& hello);
  static void ping(Turn& turn, Link& link);
  static void suspect_all(Turn& turn);
  std::optional<TimePoint> check(Turn& turn);
  std::optional<TimePoint> check_link(Turn& turn, Link& link, bool& fell_silent);
  std::optional<TimePoint> run_view(Turn& turn);
  void fall_silent(Turn& turn, Link& link);
  View& need_view(const Turn& turn) {
    if (!view_) view_ = std::make_unique<View>(turn.config, turn.now);
    return *view_;
  }

  std::unique_ptr<DialPlan> dials_;
  std::unique_ptr<View> view_;
};

}  // namespace freshet::core::overlay
