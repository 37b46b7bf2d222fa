#include "node/wire/bt/tracker_url.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace freshet::wire::bt {
namespace {

using Scheme = TrackerUrl::Scheme;

struct KnownScheme {
  Scheme scheme;
  std::string_view text;
  std::uint16_t port;  ///< where the URL names none; 0: it must
};
constexpr std::array kSchemes = {KnownScheme{Scheme::http, "http://", 80},
                                 KnownScheme{Scheme::udp, "udp://", 0}};
constexpr std::size_t kMaxHostBytes = 253;

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

// "host", "host:80", "[::1]:80".
bool read_authority(std::string_view text, TrackerUrl& url) {
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return false;
    url.host = std::string(text.substr(1, close - 1));
    text.remove_prefix(close + 1);
  } else {
    const auto colon = std::min(text.find(':'), text.size());
    url.host = std::string(text.substr(0, colon));
    text.remove_prefix(colon);
  }
  if (url.host.empty() || url.host.size() > kMaxHostBytes) return false;
  if (text.empty()) return true;
  if (text.front() != ':') return false;
  text.remove_prefix(1);
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), url.port);
  return failed == std::errc() && end == text.data() + text.size() && url.port != 0;
}

}  // namespace

Result<TrackerUrl> parse_tracker_url(std::string_view text) {
  const auto* known = std::find_if(kSchemes.begin(), kSchemes.end(), [&](const auto& each) {
    return text.starts_with(each.text);
  });
  if (known == kSchemes.end())
    return Error::invalid("only trackers of http:// and udp:// are asked");
  if (!is_printable(text)) return Error::invalid("it is no URL");
  text.remove_prefix(known->text.size());
  text = text.substr(0, text.find('#'));
  const auto slash = std::min(text.find_first_of("/?"), text.size());
  TrackerUrl url{.scheme = known->scheme, .host = {}, .port = known->port, .target = {}};
  if (!read_authority(text.substr(0, slash), url)) return Error::invalid("it is no URL");
  if (url.port == 0)
    return Error::invalid("the URL of a UDP tracker names its port: udp://HOST:PORT");
  url.target = std::string(text.substr(slash));
  if (!url.target.starts_with('/')) url.target.insert(0, 1, '/');
  return url;
}

}  // namespace freshet::wire::bt
