#include "node/wire/bt/http_reply.h"

#include "node/wire/bt/tracker_reason.h"

namespace freshet::wire::bt {
std::string http_get(const TrackerUrl& url, std::string_view query) {
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
