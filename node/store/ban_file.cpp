#include "node/store/ban_file.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include <sys/stat.h>

#include "node/store/file_io.h"

namespace freshet::store {
namespace {

constexpr std::string_view kFirstLine = "freshet-bans 1";
constexpr std::string_view kForGood = "-";
constexpr std::size_t kMaxLine = 64 + 1 + 20 + 1;
constexpr std::size_t kMaxFile = 2 * kMaxSavedBans * kMaxLine;

std::optional<SavedBan> parse_line(std::string_view line) {
  const std::size_t blank = line.find(' ');
  if (line.size() > kMaxLine || blank == std::string_view::npos) return std::nullopt;
  const auto key = NodeKey::from_hex(line.substr(0, blank));
  if (!key) return std::nullopt;
  const std::string_view until = line.substr(blank + 1);
  if (until == kForGood) return SavedBan{.key = *key, .until = std::nullopt};
  UnixSeconds seconds = 0;
  const auto [end, why] = std::from_chars(until.data(), until.data() + until.size(), seconds);
  if (why != std::errc() || end != until.data() + until.size() || seconds < 0) return std::nullopt;
  return SavedBan{.key = *key, .until = seconds};
}

}  // namespace

Result<std::vector<SavedBan>> load_bans(const std::string& file) {
  std::vector<SavedBan> bans;
  const Status read = for_each_line(file, kMaxFile, [&](std::string_view line) {
    if (bans.size() == kMaxSavedBans) return;
    if (const auto ban = parse_line(line)) bans.push_back(*ban);
  });
  if (!read) return read.error();
  return bans;
}

Status save_bans(const std::string& file, std::span<const SavedBan> bans) {
  std::string text(kFirstLine);
  text += '\n';
  for (const SavedBan& ban : bans.first(std::min(bans.size(), kMaxSavedBans))) {
    text += ban.key.hex() + ' ';
    text += (ban.until ? std::to_string(*ban.until) : std::string(kForGood)) + '\n';
  }
  return replace_file(file, bytes_of(text), S_IRUSR | S_IWUSR);
}

}  // namespace freshet::store
