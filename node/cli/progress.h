// The progress bar of `get` and `sim`: one line on stderr that is drawn again and again, where that
// is a terminal that can.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "node/cli/terminal.h"

namespace freshet::cli {

struct Progress {
  std::uint64_t done_bytes = 0;
  std::uint64_t size_bytes = 0;
  std::uint32_t sources = 0;
  double bytes_per_second = 0;  ///< 0: not known
};

/// " 42% [#####.......] 4.2 MiB of 10 MiB, 1.0 MiB/s, 3 sources, 6.0 s left", in at most `columns`.
std::string progress_line(const Progress& progress, std::size_t columns);

/// " 42% [#####.......] FACTS", in at most `columns`. A share of 1 or more is full.
std::string bar_line(double share, const std::string& facts, std::size_t columns);

/// The speed over the last few seconds.
class Speed {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// The first call sets the start: what was there before was not fetched now.
  double update(std::uint64_t done_bytes, Time now);

 private:
  Time since_{};
  std::uint64_t bytes_then_ = 0;
  double smoothed_ = 0;
  bool started_ = false;
};

class ProgressBar {
 public:
  explicit ProgressBar(const Terminal& terminal) : terminal_(terminal) {}
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  ~ProgressBar() { clear(); }

  void show(const Progress& progress) {
    if (terminal_.moves) show(progress_line(progress, terminal_.columns));
  }
  /// A line of at most columns().
  void show(const std::string& line);
  [[nodiscard]] std::size_t columns() const { return terminal_.columns; }
  /// Leaves the line empty for what comes next.
  void clear();

 private:
  Terminal terminal_;
  bool shown_ = false;
};

}  // namespace freshet::cli
