// What a testbed shows while it runs: one line, or its mesh as text.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "node/cli/testbed/run.h"

namespace freshet::cli {

/// "42% 21 of 50 queries, 256 nodes, 640 links, 12,345 messages, time x4, run 1 of 3".
std::string testbed_line(const TestbedState& state,
                         std::uint32_t queries,
                         std::size_t runs_done,
                         std::size_t runs,
                         std::uint32_t dilation);

class Watch {
 public:
  /// Draws over what was drawn before where stderr is a terminal, else below it. Each node is a
  /// character: its number of links, '#' from 10 on, '.' without one.
  void draw(const TestbedState& state, std::chrono::steady_clock::time_point now);

 private:
  std::size_t lines_ = 0;
  std::uint64_t deliveries_ = 0;
  std::chrono::steady_clock::time_point drawn_at_;
};

}  // namespace freshet::cli
