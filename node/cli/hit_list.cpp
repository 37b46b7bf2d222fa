#include "node/cli/hit_list.h"

#include <algorithm>

#include "node/cli/text.h"

namespace freshet::cli {
namespace {

constexpr std::size_t kNumberColumns = 4;
constexpr std::size_t kSizeColumns = 8;
constexpr std::size_t kSourcesColumns = 11;
constexpr std::size_t kHopsColumns = 7;

}  // namespace

std::string hit_line(const api::Hit& hit, std::size_t columns) {
  std::string line = padded(std::to_string(hit.n), kNumberColumns, true);
  const auto cell = [&](const std::string& text, std::size_t width) {
    line += "  " + padded(text, width, true);
  };
  cell(human_size(hit.size_bytes), kSizeColumns);
  cell(count_of(hit.sources, "source", "sources"), kSourcesColumns);
  cell(count_of(hit.hops, "hop", "hops"), kHopsColumns);
  line += "  " + escape_text(hit.name);
  return columns == 0 ? line : fit(line, columns);
}

void HitList::show(const api::Hit& hit) {
  // Only a line that takes one row can be found again.
  const bool moves = output_.out().moves;
  const std::string line = hit_line(hit, moves ? output_.out().columns : 0);
  const auto known = std::find(shown_.begin(), shown_.end(), hit.n);
  if (known == shown_.end()) {
    shown_.push_back(hit.n);
    output_.line(line);
    return;
  }
  const auto lines_up = static_cast<std::size_t>(shown_.end() - known);
  if (moves && lines_up < output_.out().rows) draw_again(lines_up, line);
}

void HitList::draw_again(std::size_t lines_up, const std::string& line) {
  const std::string count = std::to_string(lines_up);
  output_.raw("\x1b[" + count + "A\r" + line + "\x1b[K\x1b[" + count + "B\r");
  output_.flush();
}

}  // namespace freshet::cli
