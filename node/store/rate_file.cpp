#include "node/store/rate_file.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include <sys/stat.h>

#include "node/store/file_io.h"

namespace freshet::store {
namespace {

constexpr std::string_view kFirstLine = "freshet-rates 1";
constexpr std::string_view kUp = "up ";
constexpr std::string_view kDown = "down ";
constexpr std::size_t kMaxFile = 256;

void read_line(std::string_view line, std::string_view name, std::uint64_t& rate) {
  if (line.substr(0, name.size()) != name) return;
  line.remove_prefix(name.size());
  std::uint64_t number = 0;
  const auto [end, why] = std::from_chars(line.data(), line.data() + line.size(), number);
  if (why == std::errc() && end == line.data() + line.size()) rate = number;
}

}  // namespace

Result<SavedRates> load_rates(const std::string& file) {
  const auto bytes = read_small_file(file, kMaxFile);
  SavedRates rates;
  if (!bytes) {
    if (bytes.error().code != ErrorCode::invalid) return bytes.error();
    return rates;  // too long to be ours: the next save replaces it
  }
  if (!*bytes) return rates;
  std::string_view text = text_of(**bytes);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    read_line(text.substr(0, end), kUp, rates.up);
    read_line(text.substr(0, end), kDown, rates.down);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return rates;
}

Status save_rates(const std::string& file, const SavedRates& rates) {
  std::string text(kFirstLine);
  text += '\n';
  text.append(kUp).append(std::to_string(rates.up)) += '\n';
  text.append(kDown).append(std::to_string(rates.down)) += '\n';
  return replace_file(file, bytes_of(text), S_IRUSR | S_IWUSR);
}

}  // namespace freshet::store
