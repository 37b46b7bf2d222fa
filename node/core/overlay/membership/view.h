// The links that a node keeps as a member of a mesh that heals itself, by HyParView's rules (source
// in walks.h), on a configuration with discovery alone:
//   - A node looks for Capacity::wanted() links and takes Capacity::places(). Who asks for one
//     (wire::Wish) is refused when there is no place; who has no link at all is taken, and another
//     link makes room. A user's choice is neither refused nor given up.
//   - Two places are kept for peers that the node chose itself: those who dial it cannot fill it.
//   - A link between two nodes that both have more than they want is given up, one a round, by
//     the one that dialled it. The newest links stay: one of them may be all that joins two meshes.
//   - Once a round, every minute or so, it shuffles addresses with the mesh, asks a neighbour that
//     fell silent again, or dials somebody it just heard of: so two meshes that meet become one.
// A lost link is replaced at once, by the DialPlan from the host cache: the passive view.
#pragma once

#include <cstdint>
#include <optional>

#include "node/core/overlay/dial_plan.h"
#include "node/core/overlay/membership/capacity.h"
#include "node/core/overlay/membership/walks.h"
#include "node/core/overlay/turn.h"

namespace freshet::core::overlay {

class View {
 public:
  /// Hosts newly heard of that make a node dial one of them, with links enough.
  static constexpr std::uint32_t kMuchNews = 4;

  View(const Config& config, TimePoint now);

  [[nodiscard]] Wanted wanted(const Config& config) const {
    return {.links = capacity_.wanted(config), .places = capacity_.places()};
  }
  /// Whether a link that `wish`es to be is taken; the link itself is among the live ones already.
  /// When that is one too many, `room` is a link to be closed for it.
  struct Verdict {
    bool is_taken = true;
    Link* room = nullptr;
  };
  Verdict judge(Turn& turn, const Link& link, wire::Wish wish, bool is_alone);

  /// Does what is due; returns when it wants to run again, and a link to be given up.
  struct Due {
    TimePoint next;
    Link* surplus = nullptr;
  };
  Due run(Turn& turn, DialPlan& dials);

  [[nodiscard]] Walks& walks() { return walks_; }
  [[nodiscard]] const Walks& walks() const { return walks_; }
  [[nodiscard]] Capacity& capacity() { return capacity_; }
  [[nodiscard]] const Capacity& capacity() const { return capacity_; }
  [[nodiscard]] std::uint64_t digest() const;

 private:
  Link* surplus(Turn& turn) const;
  void meet_others(Turn& turn, DialPlan& dials);
  void sample_load(Turn& turn, const Capacity::Load& load);

  Capacity capacity_;
  Walks walks_;
  TimePoint next_;     ///< round
  TimePoint sampled_;  ///< the load, last
  std::uint32_t rounds_ = 0;
};

}  // namespace freshet::core::overlay
