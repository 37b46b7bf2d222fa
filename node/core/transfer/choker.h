// Who of those that want something is served: the policy behind choking. Judges numbers; knows no
// session, and sends nothing. serving.h and choking.h carry it out.
//
// Every policy takes peers on private addresses as it takes all others: in a mesh that is everyone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "node/base/ids.h"
#include "node/base/rng.h"
#include "node/base/time.h"

namespace freshet::core::transfer {

struct Config;

/// A link whose peer is interested in what is here.
struct Taker {
  LinkId link;
  bool is_unchoked = false;
  /// This node fetches the same content, so the peer may give something back.
  bool is_mutual = false;
  std::uint64_t brought = 0;  ///< payload bytes lately: half of what it was a round ago, and so on
  std::uint64_t took = 0;     ///< likewise
  TimePoint interested_at{};
};

struct ChokeRound {
  const Config& config;
  TimePoint now;
  Rng& rng;
  std::uint64_t upload_rate = 0;  ///< bytes a second, of late; 0: not known
  std::span<const Taker> takers;  ///< by link
};

class Choker {
 public:
  Choker() = default;
  Choker(const Choker&) = delete;
  Choker& operator=(const Choker&) = delete;
  virtual ~Choker() = default;

  /// How many are served at once at most. While there are no more takers than that, and none of
  /// them could give something, nobody is choked.
  [[nodiscard]] virtual std::size_t slots(const Config& config, std::uint64_t upload_rate) const;
  /// Every choke_interval: who is unchoked until the next round. REQUIRES: a taker and a slot.
  virtual std::vector<LinkId> choose(const ChokeRound& round) = 0;
  /// A slot or several became free within a round: `count` of the takers, which are all choked.
  /// REQUIRES: no fewer than that.
  virtual std::vector<LinkId> admit(const ChokeRound& round, std::size_t count) = 0;
};

/// Tit for tat (Cohen, Incentives Build Robustness in BitTorrent, 2003): the best givers, and a
/// fifth of the slots, one at least, for others in turn, by which newcomers are found. A slot for
/// which there is no giver stays empty, unless fewer than min_upload_slots are taken: what it would
/// send goes to the others. Of those that cannot give anything, who was given least is served next.
std::unique_ptr<Choker> make_reciprocal_choker();
/// Each slot is drawn anew every round, with chances in proportion to what a peer brought; a fifth
/// of them is shared out evenly. In the mean each gets back in proportion to what it gives, as in
/// Levin et al., BitTorrent is an Auction (SIGCOMM 2008), so that splitting one's upload gains
/// nothing.
std::unique_ptr<Choker> make_proportional_choker();
/// Slots go to anyone, whatever they gave; to compare with.
std::unique_ptr<Choker> make_random_choker();

using MakeChoker = std::function<std::unique_ptr<Choker>()>;
/// "reciprocal", "proportional", "random"; an empty function for other names.
MakeChoker choker_named(std::string_view name);

}  // namespace freshet::core::transfer
