#include "node/wire/bt/magnet.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "node/base/percent.h"
#include "node/wire/bt/metainfo.h"
#include "node/wire/bt/torrent_layout.h"

namespace freshet::wire::bt {
namespace {

constexpr std::string_view kMagnetScheme = "magnet:?";
constexpr std::string_view kV1 = "urn:btih:";
constexpr std::string_view kV2 = "urn:btmh:";
constexpr std::size_t kBase32Digits = 32;

// RFC 4648, of either case.
std::optional<InfoHash> from_base32(std::string_view text) {
  if (text.size() != kBase32Digits) return std::nullopt;
  InfoHash name;
  std::uint32_t held = 0;
  unsigned bits = 0;
  std::size_t at = 0;
  for (const char c : text) {
    std::uint32_t digit = 0;
    if (c >= 'a' && c <= 'z') {
      digit = static_cast<std::uint32_t>(c - 'a');
    } else if (c >= 'A' && c <= 'Z') {
      digit = static_cast<std::uint32_t>(c - 'A');
    } else if (c >= '2' && c <= '7') {
      digit = static_cast<std::uint32_t>(c - '2') + 26;
    } else {
      return std::nullopt;
    }
    held = (held << 5U) | digit;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    name.bytes.at(at++) = static_cast<Byte>((held >> bits) & 0xFFU);
  }
  return name;
}

bool begins_with(std::string_view text, std::string_view front) {
  return text.substr(0, front.size()) == front;
}

// "tr", and "tr.1" of several.
bool is_named(std::string_view key, std::string_view name) {
  return key == name
         || (begins_with(key, name) && key.size() > name.size() && key[name.size()] == '.');
}

struct Reading {
  Magnet magnet;
  std::optional<InfoHash> v1;
  std::optional<Sha256> v2;
};

// A multihash: 0x12 and 0x20 say SHA-256, of 32 bytes.
std::optional<Sha256> from_multihash(std::string_view digits) {
  constexpr std::string_view kSha256Of32 = "1220";
  if (!begins_with(digits, kSha256Of32)) return std::nullopt;
  return Sha256::from_hex(digits.substr(kSha256Of32.size()));
}

Status two_torrents() {
  return Error{ErrorCode::invalid, "it names two torrents; use a link for each"};
}

Status read_v2_topic(std::string_view digits, Reading& reading) {
  const auto name = from_multihash(digits);
  if (!name)
    return Error{ErrorCode::invalid,
                 "its xt is not 1220 and 64 hexadecimal digits behind urn:btmh:"};
  if (reading.v2 && *name != *reading.v2) return two_torrents();
  reading.v2 = *name;
  return kOk;
}

Status read_topic(std::string_view topic, Reading& reading) {
  if (begins_with(topic, kV2)) return read_v2_topic(topic.substr(kV2.size()), reading);
  if (!begins_with(topic, kV1)) return kOk;
  const std::string_view digits = topic.substr(kV1.size());
  auto name = InfoHash::from_hex(digits);
  if (!name) name = from_base32(digits);
  if (!name)
    return Error{ErrorCode::invalid,
                 "its xt is neither 40 hexadecimal digits nor 32 of base32 behind urn:btih:"};
  if (reading.v1 && *name != *reading.v1) return two_torrents();
  reading.v1 = *name;
  return kOk;
}

void keep(std::vector<std::string>& list, std::string text, std::size_t limit) {
  if (text.empty() || text.size() > kMaxTorrentPathBytes || list.size() >= limit) return;
  if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(std::move(text));
}

Status read_pair(std::string_view pair, Reading& reading) {
  const std::size_t equals = pair.find('=');
  if (equals == std::string_view::npos) return kOk;
  const std::string_view key = pair.substr(0, equals);
  std::string text(pair.substr(equals + 1));
  std::replace(text.begin(), text.end(), '+', ' ');
  auto value = percent_decoded(text);
  if (!value) return Error{ErrorCode::invalid, "a % in it stands before no two hexadecimal digits"};
  if (is_named(key, "xt")) return read_topic(*value, reading);
  if (key == "dn") reading.magnet.title = std::move(*value);
  if (is_named(key, "tr")) keep(reading.magnet.trackers, std::move(*value), kMaxTorrentTrackers);
  if (key == "x.pe") keep(reading.magnet.peers, std::move(*value), kMaxMagnetPeers);
  return kOk;
}

}  // namespace

Result<Magnet> parse_magnet(std::string_view link) {
  if (link.size() > kMaxMagnetBytes) return Error{ErrorCode::invalid, "it is of more than 16 KiB"};
  if (!begins_with(link, kMagnetScheme))
    return Error{ErrorCode::invalid, "it does not begin with magnet:?"};
  Reading reading;
  std::string_view rest = link.substr(kMagnetScheme.size());
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    if (Status read = read_pair(rest.substr(0, end), reading); !read) return read.error();
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (!reading.v1 && !reading.v2)
    return Error{ErrorCode::invalid,
                 "it names no torrent: there is no xt=urn:btih: or xt=urn:btmh: in it"};
  reading.magnet.is_v2 = !reading.v1;
  reading.magnet.name = reading.v1 ? *reading.v1 : truncated(*reading.v2);
  return std::move(reading.magnet);
}

}  // namespace freshet::wire::bt
