#include "node/cli/progress.h"

#include <algorithm>
#include <cstdio>

#include "node/cli/text.h"

namespace freshet::cli {
namespace {

constexpr std::size_t kBarColumns = 30;
constexpr std::size_t kMinBarColumns = 8;
// A speed is measured over at least so long, and an older one counts for half of it.
constexpr std::chrono::milliseconds kSpeedWindow{500};

std::string facts(const Progress& progress) {
  std::string text = human_size(progress.done_bytes) + " of " + human_size(progress.size_bytes);
  if (progress.bytes_per_second >= 1) {
    text += ", " + human_size(static_cast<std::uint64_t>(progress.bytes_per_second)) + "/s";
  }
  text += ", " + count_of(progress.sources, "source", "sources");
  const std::uint64_t left =
      progress.size_bytes - std::min(progress.done_bytes, progress.size_bytes);
  if (progress.bytes_per_second >= 1 && left > 0) {
    const std::chrono::duration<double> time(static_cast<double>(left) / progress.bytes_per_second);
    text += ", " + human_duration(time) + " left";
  }
  return text;
}

}  // namespace

std::string progress_line(const Progress& progress, std::size_t columns) {
  const double share = progress.size_bytes == 0 ? 1.0
                                                : static_cast<double>(progress.done_bytes)
                                                      / static_cast<double>(progress.size_bytes);
  return bar_line(share, facts(progress), columns);
}

std::string bar_line(double share, const std::string& facts, std::size_t columns) {
  const double full = std::clamp(share, 0.0, 1.0);
  // Rounded down: 100% is said when it is true.
  std::string line = padded(std::to_string(static_cast<int>(full * 100)) + "%", 4, true);
  const std::size_t around = line.size() + 4 + facts.size();
  if (columns > around + kMinBarColumns) {
    const std::size_t width = std::min(kBarColumns, columns - around - 1);
    const auto filled = static_cast<std::size_t>(full * static_cast<double>(width));
    line += " [" + std::string(filled, '#') + std::string(width - filled, '.') + "]";
  }
  return fit(line + " " + facts, columns > 0 ? columns - 1 : 0);
}

double Speed::update(std::uint64_t done_bytes, Time now) {
  if (!started_ || done_bytes < bytes_then_) {
    started_ = true;
    since_ = now;
    bytes_then_ = done_bytes;
    return smoothed_;
  }
  const std::chrono::duration<double> passed = now - since_;
  if (passed < kSpeedWindow) return smoothed_;
  const double speed = static_cast<double>(done_bytes - bytes_then_) / passed.count();
  smoothed_ = smoothed_ == 0 ? speed : (smoothed_ + speed) / 2;
  since_ = now;
  bytes_then_ = done_bytes;
  return smoothed_;
}

void ProgressBar::show(const std::string& line) {
  if (!terminal_.moves) return;
  const std::string drawn = "\r" + line + "\x1b[K";
  std::fwrite(drawn.data(), 1, drawn.size(), stderr);
  std::fflush(stderr);
  shown_ = true;
}

void ProgressBar::clear() {
  if (!shown_) return;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
  shown_ = false;
}

}  // namespace freshet::cli
