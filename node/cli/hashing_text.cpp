#include "node/cli/hashing_text.h"

#include <chrono>

#include "node/cli/text.h"

namespace freshet::cli {

std::optional<double> seconds_left(const api::Hashing& hashing) {
  if (hashing.paused || hashing.files == 0 || hashing.bytes_per_second < 1) return std::nullopt;
  return static_cast<double>(hashing.bytes) / hashing.bytes_per_second;
}

std::string hashing_text(const api::Hashing& hashing) {
  if (hashing.files == 0 && !hashing.paused) return {};
  std::string text =
      count_of(hashing.files, "file", "files") + ", " + human_size(hashing.bytes) + " to go";
  if (hashing.paused) return text + ", paused; go on with: freshet share resume";
  if (const auto seconds = seconds_left(hashing)) {
    text += ", " + human_size(static_cast<std::uint64_t>(hashing.bytes_per_second)) + "/s, "
            + human_duration(std::chrono::duration<double>(*seconds)) + " left";
  }
  return text;
}

}  // namespace freshet::cli
