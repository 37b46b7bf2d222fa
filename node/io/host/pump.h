// The daemon's side of core::deliver(): one node, the steady clock, one timer. Hands inputs to the
// node one after another, also those that come up while effects are performed.
#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "node/base/time.h"
#include "node/core/effects.h"
#include "node/core/io.h"
#include "node/core/node.h"
#include "node/io/asio_fwd.h"

namespace freshet::io {

/// Carries effects out. Called in order; what it borrows holds until it returns.
class Performer {
 public:
  Performer() = default;
  Performer(const Performer&) = delete;
  Performer& operator=(const Performer&) = delete;
  virtual ~Performer() = default;
  virtual void perform(core::Effect& effect, const core::EffectBuffer& buffer) = 0;
};

class Pump {
 public:
  Pump(asio::io_context& io, core::Node& node, Performer& performer);
  ~Pump();
  Pump(const Pump&) = delete;
  Pump& operator=(const Pump&) = delete;

  /// Delivers `input`, and all that its effects lead to at once. From within perform() the input
  /// waits for its turn; it must not borrow then.
  void deliver(core::Input input);

  /// Time since the pump was made.
  [[nodiscard]] TimePoint now() const;
  /// No timer fires any more.
  void stop();

 private:
  struct World;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace freshet::io
