#include "node/cli/hit_list.h"

#include <algorithm>

#include "node/cli/text.h"

namespace freshet::cli {
namespace {

constexpr std::size_t kNumberColumns = 4;
constexpr std::size_t kSizeColumns = 8;
constexpr std::size_t kSourcesColumns = 11;
constexpr std::size_t kHopsColumns = 7;
constexpr std::size_t kIndent = 8;
// Of more results than the screen has rows.
constexpr std::size_t kBest = 10;

// "3:45", "1:02:03".
std::string play_time(std::uint32_t milliseconds) {
  constexpr std::uint32_t kMinute = 60;
  const auto two = [](std::uint32_t number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
  };
  const std::uint32_t seconds = milliseconds / 1000 + (milliseconds % 1000 >= 500 ? 1 : 0);
  const std::uint32_t minutes = seconds / kMinute;
  const std::string tail = ":" + two(seconds % kMinute);
  if (minutes < kMinute) return std::to_string(minutes) + tail;
  return std::to_string(minutes / kMinute) + ":" + two(minutes % kMinute) + tail;
}

// What the file says of itself, short: "Björk, Jóga, Homogenic, 5:05".
std::string said_text(const wire::FileMetadata& metadata) {
  std::string said;
  const auto add = [&](const std::string& part) {
    if (!part.empty()) said += (said.empty() ? "" : ", ") + part;
  };
  add(escape_text(metadata.artist));
  add(escape_text(metadata.title));
  add(escape_text(metadata.album));
  if (metadata.duration_ms != 0) add(play_time(metadata.duration_ms));
  if (metadata.width != 0 && metadata.height != 0)
    add(std::to_string(metadata.width) + "x" + std::to_string(metadata.height));
  return said;
}

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
  if (hit.folder_files > 0) line += "/  (" + count_of(hit.folder_files, "file", "files") + ")";
  if (hit.is_cached) line += " (cached)";
  const std::string said = said_text(hit.metadata);
  if (!said.empty()) line += "  (" + said + ")";
  return columns == 0 ? line : fit(line, columns);
}

std::string other_names_line(const api::Hit& hit, std::size_t columns) {
  std::string line = std::string(kIndent, ' ') + "also called: ";
  for (std::size_t i = 0; i < hit.other_names.size(); ++i)
    line += (i == 0 ? "" : ", ") + escape_text(hit.other_names[i]);
  return columns == 0 ? line : fit(line, columns);
}

void HitList::show_new(const api::Hit& hit) {
  if (!latest_.contains(hit.n)) show(hit);
}

void HitList::show(const api::Hit& hit) {
  latest_[hit.n] = hit;
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

bool HitList::is_in_order(const std::vector<std::uint32_t>& ranking) const {
  const bool more_names = std::any_of(latest_.begin(), latest_.end(), [](const auto& entry) {
    return !entry.second.other_names.empty();
  });
  return !more_names && ranking == shown_;
}

void HitList::finish(const std::vector<std::uint32_t>& ranking) {
  if (!output_.out().moves || shown_.empty() || is_in_order(ranking)) return;
  const bool fits = shown_.size() < output_.out().rows;
  const std::size_t columns = output_.out().columns;
  if (fits) {
    output_.raw("\x1b[" + std::to_string(shown_.size()) + "A\r\x1b[J");
  } else {
    output_.line("");
    output_.line("the best of them:");
  }
  std::size_t left = fits ? ranking.size() : kBest;
  for (const std::uint32_t number : ranking) {
    const auto hit = latest_.find(number);
    if (hit == latest_.end()) continue;
    if (left-- == 0) break;
    output_.line(hit_line(hit->second, columns));
    if (!hit->second.other_names.empty()) output_.line(other_names_line(hit->second, columns));
  }
}

void HitList::draw_again(std::size_t lines_up, const std::string& line) {
  const std::string count = std::to_string(lines_up);
  output_.raw("\x1b[" + count + "A\r" + line + "\x1b[K\x1b[" + count + "B\r");
  output_.flush();
}

}  // namespace freshet::cli
