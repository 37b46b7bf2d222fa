#include "node/cli/testbed/watch.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

#include <unistd.h>

namespace freshet::cli {
namespace {

constexpr std::size_t kColumns = 64;

std::string phase_text(const TestbedState& state) {
  if (state.phase == TestbedState::Phase::starting)
    return "starting: " + std::to_string(state.nodes_ready) + " nodes are up";
  return std::to_string(state.alive) + " nodes, " + std::to_string(state.links) + " links";
}

char sign_of(std::uint32_t links) {
  if (links == 0) return '.';
  return links < 10 ? static_cast<char>('0' + links) : '#';
}

}  // namespace

std::string testbed_line(const TestbedState& state,
                         std::uint32_t queries,
                         std::size_t runs_done,
                         std::size_t runs,
                         std::uint32_t dilation) {
  std::string line = phase_text(state);
  if (state.phase == TestbedState::Phase::linking)
    line += " of " + std::to_string(state.links_wanted);
  if (state.phase == TestbedState::Phase::running) {
    line = std::to_string(state.queries_done) + " of " + std::to_string(queries) + " queries, "
           + line + ", " + std::to_string(state.deliveries) + " messages";
  }
  line += ", time x" + std::to_string(dilation);
  if (runs > 1) line += ", run " + std::to_string(runs_done + 1) + " of " + std::to_string(runs);
  return line;
}

void Watch::draw(const TestbedState& state, std::chrono::steady_clock::time_point now) {
  std::string text;
  const bool is_terminal = isatty(STDERR_FILENO) == 1;
  if (is_terminal && lines_ > 0) text += "\x1b[" + std::to_string(lines_) + "A\x1b[J";
  const double passed = std::chrono::duration<double>(now - drawn_at_).count();
  const double rate =
      static_cast<double>(state.deliveries - std::min(deliveries_, state.deliveries))
      / std::max(passed, 1e-3);
  std::array<char, 64> speed{};
  std::snprintf(speed.data(), speed.size(), ", %.0f messages/s", lines_ == 0 ? 0.0 : rate);
  text += phase_text(state) + speed.data() + ", " + std::to_string(state.queries_done)
          + " queries over\n";
  lines_ = 1;
  for (std::size_t i = 0; state.links_by_node != nullptr && i < state.links_by_node->size(); ++i) {
    text += sign_of((*state.links_by_node)[i]);
    if (i % kColumns == kColumns - 1 || i + 1 == state.links_by_node->size()) {
      text += '\n';
      ++lines_;
    }
  }
  deliveries_ = state.deliveries;
  drawn_at_ = now;
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

}  // namespace freshet::cli
