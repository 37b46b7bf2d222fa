// The only pump. The daemon's host and the simulator's host run these same lines, so that they
// cannot drift apart.
#pragma once

#include <concepts>
#include <optional>

#include "node/core/effects.h"
#include "node/core/node.h"

namespace freshet::core {

/// The outside of one node: io::Host (asio) and sim::Host (event queue) both model it.
template <typename T>
concept World = requires(T& world,
                         Effect& effect,
                         const EffectBuffer& buffer,
                         std::optional<TimePoint> deadline) {
  { world.now() } -> std::same_as<TimePoint>;
  /// Carries one effect out, or enqueues it; must not re-enter deliver(). Borrowed bytes and links
  /// are in `buffer` or in the input, and hold until deliver() returns.
  world.perform(effect, buffer);
  /// Replaces the previous deadline.
  world.arm(deadline);
};

void deliver(Node& node, World auto& world, const Input& input, EffectBuffer& scratch) {
  scratch.clear();
  node.handle(input, world.now(), scratch);
  for (Effect& effect : scratch.effects()) world.perform(effect, scratch);
  world.arm(node.next_deadline());
}

}  // namespace freshet::core
