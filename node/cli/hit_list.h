// The lines of `search` for a person: a result is printed when it arrives; on a terminal its line
// is drawn again when it gets more sources, elsewhere it stays as it was first heard.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "node/api/messages.h"
#include "node/cli/output.h"

namespace freshet::cli {

/// "  1  1.5 MiB  3 sources  2 hops  name", at most `columns` wide (0: as wide as it is).
std::string hit_line(const api::Hit& hit, std::size_t columns);

class HitList {
 public:
  explicit HitList(Output& output) : output_(output) {}
  void show(const api::Hit& hit);

 private:
  void draw_again(std::size_t lines_up, const std::string& line);

  Output& output_;
  std::vector<std::uint32_t> shown_;  // numbers, by line
};

}  // namespace freshet::cli
