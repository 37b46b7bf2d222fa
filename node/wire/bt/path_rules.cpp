#include "node/wire/bt/path_rules.h"

#include "node/wire/bt/torrent_layout.h"

namespace freshet::wire::bt {
namespace {

constexpr std::size_t kShownBytes = 60;

}  // namespace

std::string shown(std::string_view text) {
  std::string out = "\"";
  for (const char c : text.substr(0, kShownBytes)) {
    const bool plain = static_cast<unsigned char>(c) >= 0x20 && c != 0x7F && c != '"';
    out.push_back(plain ? c : '?');
  }
  return out + (text.size() > kShownBytes ? "…\"" : "\"");
}

Status check_component(std::string_view text, std::string_view where) {
  const char* wrong = nullptr;
  if (text.empty()) wrong = "has an empty name in its path";
  if (text == "." || text == "..") wrong = "would leave its folder";
  if (text.find('/') != std::string_view::npos) wrong = "has a separator in a name";
  if (text.find('\0') != std::string_view::npos) wrong = "has a NUL in a name";
  if (text.size() > kMaxPathComponentBytes) wrong = "has a name of more than 255 bytes";
  if (wrong == nullptr) return kOk;
  return Error{ErrorCode::invalid, std::string(where) + " " + wrong + ": " + shown(text)};
}

Status check_path(const std::vector<std::string>& path, std::string_view where) {
  std::size_t total = 0;
  for (const std::string& part : path) {
    if (Status fine = check_component(part, where); !fine) return fine;
    total += part.size() + 1;
  }
  if (path.empty()) return Error{ErrorCode::invalid, std::string(where) + " has no path"};
  if (path.size() > kMaxTorrentPathDepth || total > kMaxTorrentPathBytes)
    return Error{ErrorCode::invalid, std::string(where) + " has a path that is too long"};
  return kOk;
}

}  // namespace freshet::wire::bt
