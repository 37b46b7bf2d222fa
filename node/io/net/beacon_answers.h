// Which beacons are answered directly. A newcomer is to know some nodes at once, not to be shouted
// at by all: on a network with few nodes each answers, on a crowded one each with a probability
// that makes a few answers in all. Everything that strangers can fill is bounded.
// Pure: time and randomness are arguments.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <utility>

#include "node/base/endpoint.h"
#include "node/base/ids.h"
#include "node/base/rng.h"
#include "node/base/time.h"

namespace freshet::io {

struct AnswerConfig {
  std::size_t max_known = 1024;  ///< nodes whose beacons are not answered again
  /// A node unheard for so long is unknown again. Suppressed nodes are rarely heard, so it is long.
  Duration forget = std::chrono::minutes(20);
  /// A newcomer repeats its beacon: for so long it stays one on a crowded network, so that chance
  /// does not leave it unanswered.
  Duration new_for = std::chrono::seconds(2);
  std::size_t wanted_answers = 8;          ///< a newcomer is to get about so many
  Duration gap = std::chrono::seconds(1);  ///< between two answers to one UDP address
  std::size_t max_answered = 256;          ///< addresses within that gap; beyond, nobody is
};

class BeaconAnswers {
 public:
  enum class Verdict { known, silent, over_limit, answer };

  explicit BeaconAnswers(const AnswerConfig& config) : config_(config) {}

  /// `node` announced itself from the UDP address `from`.
  Verdict judge(const NodeKey& node, const Endpoint& from, TimePoint now, Rng& rng);
  [[nodiscard]] std::size_t known() const { return known_.size(); }

 private:
  struct Known {
    TimePoint first;
    TimePoint last;
  };
  bool is_new(const NodeKey& node, const Endpoint& from, TimePoint now);
  [[nodiscard]] bool is_crowded() const { return known_.size() > config_.wanted_answers; }
  bool may_answer(const Endpoint& to, TimePoint now);

  AnswerConfig config_;
  /// By address too: a node that starts again speaks from another port, and is new at once.
  std::map<std::pair<NodeKey, Endpoint>, Known> known_;
  std::map<Endpoint, TimePoint> answered_;
};

}  // namespace freshet::io
