#include "node/io/host/listing.h"

#include <charconv>

#include "node/base/id_text.h"

namespace freshet::io {
namespace {

Error none(std::string_view what, const std::string& why) {
  return {.code = ErrorCode::invalid, .message = "'" + std::string(what) + "' " + why};
}

// `digits`: lower case, at most 64.
bool begins_with(const ContentId& id, std::string_view digits) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const unsigned both = id.bytes[i / 2];
    if (kDigits[i % 2 == 0 ? both >> 4U : both & 15U] != digits[i]) return false;
  }
  return true;
}

// A whole decimal number. nullopt for anything else.
std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || stop != end || error != std::errc()) return std::nullopt;
  return number;
}

}  // namespace

std::uint32_t Listing::add(const wire::BrowsedFile& file) {
  ++count_;
  if (entries_.size() == kMaxFiles) return count_;
  entries_.push_back({.id = file.file.content,
                      .size_bytes = file.file.size_bytes,
                      .place = file.place,
                      .name_at = static_cast<std::uint32_t>(names_.size()),
                      .name_bytes = static_cast<std::uint16_t>(file.file.name.size())});
  names_ += file.file.name;
  return count_;
}

std::optional<wire::BrowsedFile> Listing::file(std::uint32_t n) const {
  if (n == 0 || n > entries_.size()) return std::nullopt;
  const Entry& entry = entries_[n - 1];
  return wire::BrowsedFile{.file = {.content = entry.id,
                                    .name = names_.substr(entry.name_at, entry.name_bytes),
                                    .size_bytes = entry.size_bytes},
                           .place = entry.place};
}

void Listing::set_id(std::uint32_t n, const ContentId& id) {
  if (n != 0 && n <= entries_.size()) entries_[n - 1].id = id;
}

// A number that is none of these may still be the beginning of an id.
Result<std::uint32_t> Listing::resolve(std::string_view what) const {
  const auto number = number_in(what);
  if (number && *number >= 1 && *number <= entries_.size())
    return static_cast<std::uint32_t>(*number);
  if (number && *number >= 1 && *number <= count_) {
    return none(what,
                "is beyond the first " + std::to_string(kMaxFiles)
                    + " files, whose numbers are remembered; name its id");
  }
  return by_prefix(what);
}

Result<std::uint32_t> Listing::by_prefix(std::string_view what) const {
  const auto digits = id_prefix(what);
  if (!digits)
    return none(what, "is neither a number of the files listed last nor the beginning of an id");
  std::optional<std::uint32_t> found;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const auto& id = entries_[i].id;
    if (!id || !begins_with(*id, *digits)) continue;
    if (found && *entries_[*found - 1].id != *id)
      return none(what, "begins several ids; give more of it");
    if (!found) found = static_cast<std::uint32_t>(i + 1);
  }
  if (found) return *found;
  return none(what, "is no number and begins no id of the files listed last");
}

}  // namespace freshet::io
