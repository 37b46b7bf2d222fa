// The lines of `search` for a person: a result is printed when it arrives; on a terminal its line
// is drawn again when it gets more sources, and all are put in order at the end; elsewhere it stays
// as it was first heard. Numbers never change.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "node/api/messages.h"
#include "node/cli/output.h"

namespace freshet::cli {

/// "  1  1.5 MiB  3 sources  2 hops  name", at most `columns` wide (0: as wide as it is).
std::string hit_line(const api::Hit& hit, std::size_t columns);

/// "also called: a.txt, b.txt", under a result's line.
std::string other_names_line(const api::Hit& hit, std::size_t columns);

class HitList {
 public:
  explicit HitList(Output& output) : output_(output) {}
  void show(const api::Hit& hit);
  /// Of a watch: only what was not there yet.
  void show_new(const api::Hit& hit);
  /// On a terminal: the results in the order of `ranking`, best first, each with its other names.
  /// In place of the lines that are there, or, when they do not fit the screen, the best ones
  /// below.
  void finish(const std::vector<std::uint32_t>& ranking);

 private:
  void draw_again(std::size_t lines_up, const std::string& line);
  [[nodiscard]] bool is_in_order(const std::vector<std::uint32_t>& ranking) const;

  Output& output_;
  std::vector<std::uint32_t> shown_;  // numbers, by line
  std::map<std::uint32_t, api::Hit> latest_;
};

}  // namespace freshet::cli
