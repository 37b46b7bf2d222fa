#include "node/bench/placement.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "node/base/check.h"
#include "node/bench/draw.h"
#include "node/bench/portable_math.h"

namespace freshet::bench {
namespace {

constexpr int kBisections = 100;

std::vector<double> placement_weights(const ContentSpec& content) {
  double exponent = 0;
  if (content.placement == Placement::proportional) exponent = content.popularity_zipf;
  if (content.placement == Placement::square_root) exponent = content.popularity_zipf / 2;
  return zipf_weights(content.objects, exponent);
}

double clamped_sum(const std::vector<double>& weights, double scale, double most) {
  double sum = 0;
  for (const double weight : weights) sum += std::clamp(scale * weight, 1.0, most);
  return sum;
}

/// The scale at which the weights, each at least 1 and at most `most`, sum up to `total`.
double scale_for(const std::vector<double>& weights, double total, double most) {
  double low = 0;
  double high = most / weights.back();  // the smallest
  for (int i = 0; i < kBisections && low < high; ++i) {
    const double middle = low + (high - low) / 2;
    (clamped_sum(weights, middle, most) < total ? low : high) = middle;
  }
  return high;
}

/// Nodes that may hold things, in a random order: when holding is skewed, the first hold most.
std::vector<sim::NodeIndex> draw_holders(sim::NodeIndex nodes, double free_riders, Rng rng) {
  std::vector<sim::NodeIndex> order(nodes);
  std::iota(order.begin(), order.end(), sim::NodeIndex{0});
  for (std::size_t i = nodes; i > 1; --i) std::swap(order[i - 1], order[rng.below(i)]);
  const auto riders = static_cast<sim::NodeIndex>(std::llround(free_riders * nodes));
  order.resize(std::max<sim::NodeIndex>(nodes - std::min(riders, nodes), 1));
  return order;
}

}  // namespace

std::vector<std::uint32_t> copies_of(const ContentSpec& content,
                                     sim::NodeIndex nodes,
                                     sim::NodeIndex holders) {
  FRESHET_CHECK(holders > 0);
  const auto weights = placement_weights(content);
  const double total = content.replication * nodes * content.objects;
  const double scale = scale_for(weights, total, holders);
  std::vector<std::uint32_t> copies(weights.size());
  // Fractions are carried over from object to object, so that their sum is not rounded away.
  double carried = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double wanted =
        std::clamp(scale * weights[i], 1.0, static_cast<double>(holders)) + carried;
    const auto whole = std::clamp(std::round(wanted), 1.0, static_cast<double>(holders));
    carried = wanted - whole;
    copies[i] = static_cast<std::uint32_t>(whole);
  }
  return copies;
}

ObjectTable::ObjectTable(const ContentSpec& content, sim::NodeIndex nodes, const Rng& rng)
    : nodes_(nodes) {
  const auto holders = draw_holders(nodes, content.free_riders, rng.fork("holders"));
  const auto count = static_cast<sim::NodeIndex>(holders.size());
  const auto copies = copies_of(content, nodes, count);
  const bool is_skewed = content.holders_zipf > 0;
  const auto weights = is_skewed ? zipf_weights(count, content.holders_zipf) : std::vector{1.0};
  const WeightedDraw draw(weights);
  Rng draws = rng.fork("copies");
  first_.reserve(copies.size() + 1);
  first_.push_back(0);
  holders_.reserve(std::accumulate(copies.begin(), copies.end(), std::size_t{0}));
  for (const std::uint32_t wanted : copies) {
    const auto chosen = is_skewed ? draw_distinct_weighted(draws, weights, draw, wanted)
                                  : draw_distinct(draws, count, wanted);
    for (const std::uint32_t place : chosen) holders_.push_back(holders[place]);
    std::sort(holders_.begin() + static_cast<std::ptrdiff_t>(first_.back()), holders_.end());
    first_.push_back(holders_.size());
  }
}

bool ObjectTable::holds(sim::NodeIndex node, std::uint32_t object) const {
  const auto all = holders(object);
  return std::binary_search(all.begin(), all.end(), node);
}

ObjectsByNode::ObjectsByNode(const ObjectTable& table)
    : first_(table.nodes() + std::size_t{1}),
      objects_(table.copies()) {
  for (std::uint32_t object = 0; object < table.objects(); ++object) {
    for (const sim::NodeIndex node : table.holders(object)) ++first_[node + std::size_t{1}];
  }
  std::partial_sum(first_.begin(), first_.end(), first_.begin());
  std::vector<std::size_t> next(first_.begin(), first_.end() - 1);
  for (std::uint32_t object = 0; object < table.objects(); ++object) {
    for (const sim::NodeIndex node : table.holders(object)) objects_[next[node]++] = object;
  }
}

}  // namespace freshet::bench
