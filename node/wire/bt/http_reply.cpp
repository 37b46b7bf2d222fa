#include "node/wire/bt/http_reply.h"

#include <algorithm>
#include <charconv>

#include "node/wire/bt/tracker_reason.h"

namespace freshet::wire::bt {
namespace {

constexpr std::string_view kHttpScheme = "http://";
constexpr std::size_t kMaxHostBytes = 253;

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

// "host", "host:80", "[::1]:80".
bool read_authority(std::string_view text, HttpUrl& url) {
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

Result<HttpUrl> parse_http_url(std::string_view text) {
  if (!text.starts_with(kHttpScheme)) return Error::invalid("only trackers of http:// are asked");
  if (!is_printable(text)) return Error::invalid("it is no URL");
  text.remove_prefix(kHttpScheme.size());
  text = text.substr(0, text.find('#'));
  const auto slash = std::min(text.find_first_of("/?"), text.size());
  HttpUrl url;
  if (!read_authority(text.substr(0, slash), url)) return Error::invalid("it is no URL");
  url.target = std::string(text.substr(slash));
  if (!url.target.starts_with('/')) url.target.insert(0, 1, '/');
  return url;
}

std::string http_get(const HttpUrl& url, std::string_view query) {
  const bool v6 = url.host.find(':') != std::string::npos;
  const char mark = url.target.find('?') == std::string::npos ? '?' : '&';
  std::string request = "GET " + url.target + mark + std::string(query) + " HTTP/1.0\r\nHost: ";
  request += v6 ? "[" + url.host + "]" : url.host;
  request += ":" + std::to_string(url.port);
  return request + "\r\nUser-Agent: freshet\r\nAccept: */*\r\nConnection: close\r\n\r\n";
}

Result<ByteView> http_body(ByteView answer) {
  const std::string_view text = text_of(answer);
  const std::string_view line = text.substr(0, text.find("\r\n"));
  if (!line.starts_with("HTTP/1.") || line.size() < 12 || line.size() > 200)
    return Error::invalid("it answers no HTTP");
  const auto end = text.substr(0, kMaxHttpReplyHeadBytes).find("\r\n\r\n");
  if (end == std::string_view::npos) return Error::invalid("its answer is cut off");
  if (line.substr(8, 4) != " 200")
    return Error{ErrorCode::not_found, tracker_reason(line.substr(9))};
  return answer.subspan(end + 4);
}

}  // namespace freshet::wire::bt
