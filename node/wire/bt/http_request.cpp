#include "node/wire/bt/http_request.h"

#include <algorithm>

#include "node/base/percent.h"

namespace freshet::wire::bt {
namespace {

constexpr std::string_view kEnd = "\r\n\r\n";
constexpr std::size_t kMaxPairs = 64;

// The part before `mark`, which is cut off `text` together with it.
std::string_view cut(std::string_view& text, char mark) {
  const auto at = text.find(mark);
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return part;
}

bool read_query(std::string_view query, HttpRequest& request) {
  while (!query.empty()) {
    std::string_view value = cut(query, '&');
    const auto name = percent_decoded(cut(value, '='));
    auto plain = percent_decoded(value);
    if (!name || !plain || request.query.size() >= kMaxPairs) return false;
    request.query.emplace_back(*name, std::move(*plain));
  }
  return true;
}

}  // namespace

std::optional<std::string_view> HttpRequest::find(std::string_view name) const {
  const auto found = std::find_if(
      query.begin(), query.end(), [&](const auto& pair) { return pair.first == name; });
  if (found == query.end()) return std::nullopt;
  return found->second;
}

std::optional<std::size_t> http_request_length(ByteView bytes) {
  const auto at = text_of(bytes).find(kEnd);
  if (at == std::string_view::npos) return std::nullopt;
  return at + kEnd.size();
}

std::optional<HttpRequest> parse_http_request(ByteView bytes) {
  std::string_view line = text_of(bytes);
  line = line.substr(0, line.find("\r\n"));
  HttpRequest request;
  request.method = std::string(cut(line, ' '));
  std::string_view target = cut(line, ' ');
  if (request.method.empty() || target.empty() || target.front() != '/'
      || !line.starts_with("HTTP/1.")) {
    return std::nullopt;
  }
  request.path = std::string(cut(target, '?'));
  if (!read_query(target, request)) return std::nullopt;
  return request;
}

Bytes http_answer(std::string_view status, ByteView body) {
  std::string head = "HTTP/1.1 " + std::string(status)
                     + "\r\nContent-Type: text/plain\r\nContent-Length: "
                     + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n";
  Bytes answer(head.begin(), head.end());
  answer.insert(answer.end(), body.begin(), body.end());
  return answer;
}

}  // namespace freshet::wire::bt
