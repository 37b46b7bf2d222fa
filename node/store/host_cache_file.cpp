#include "node/store/host_cache_file.h"

#include <charconv>

#include <sys/stat.h>

#include "node/store/file_io.h"

namespace freshet::store {

namespace {

constexpr std::string_view kFirstLine = "freshet-hosts 1";
/// Key, the longest address with a scope, the longest number, and blanks.
constexpr std::size_t kMaxLine = 64 + 1 + 64 + 1 + 20 + 1;
/// Twice what save_hosts() writes at most: damaged lines may take some.
constexpr std::size_t kMaxFile = 2 * kMaxSavedHosts * kMaxLine;

/// Cuts `text` at the first `separator`; the rest stays in `text`.
std::string_view cut(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view head = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return head;
}

std::optional<SavedHost> parse_line(std::string_view line) {
  if (line.size() > kMaxLine) return std::nullopt;
  SavedHost host;
  const std::string_view key = cut(line, ' ');
  const auto address = Endpoint::parse(cut(line, ' '));
  if (key != "-") {
    host.key = NodeKey::from_hex(key);
    if (!host.key) return std::nullopt;
  }
  const auto [end, why] = std::from_chars(line.data(), line.data() + line.size(), host.last_seen);
  if (!address || !address->is_dialable() || why != std::errc() || end != line.data() + line.size()
      || host.last_seen < 0) {
    return std::nullopt;
  }
  host.address = *address;
  return host;
}

}  // namespace

Result<LoadedHosts> load_hosts(const std::string& file) {
  auto bytes = read_small_file(file, kMaxFile);
  LoadedHosts loaded;
  if (!bytes) {
    if (bytes.error().code != ErrorCode::invalid) return bytes.error();
    loaded.damaged_lines = 1;  // far too long to be ours: the next save replaces it
    return loaded;
  }
  if (!*bytes) return loaded;
  std::string_view text = text_of(**bytes);
  if (cut(text, '\n') != kFirstLine) ++loaded.damaged_lines;
  while (!text.empty()) {
    const auto host = parse_line(cut(text, '\n'));
    if (!host) {
      ++loaded.damaged_lines;
    } else if (loaded.hosts.size() < kMaxSavedHosts) {
      loaded.hosts.push_back(*host);
    }
  }
  return loaded;
}

Status save_hosts(const std::string& file, std::span<const SavedHost> hosts) {
  std::string text(kFirstLine);
  text += '\n';
  for (const SavedHost& host : hosts.first(std::min(hosts.size(), kMaxSavedHosts))) {
    text += host.key ? host.key->hex() : "-";
    text += ' ' + host.address.to_string() + ' ' + std::to_string(host.last_seen) + '\n';
  }
  return replace_file(file, bytes_of(text), S_IRUSR | S_IWUSR);
}

}  // namespace freshet::store
