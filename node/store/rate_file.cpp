#include "node/store/rate_file.h"

#include <charconv>
#include <string_view>

#include <sys/stat.h>

#include "node/store/file_io.h"

namespace freshet::store {
namespace {

constexpr std::string_view kFirstLine = "freshet-rates 1";
constexpr std::string_view kUp = "up ";
constexpr std::string_view kDown = "down ";
constexpr std::string_view kPolite = "polite";
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
  SavedRates rates;
  const Status read = for_each_line(file, kMaxFile, [&](std::string_view line) {
    read_line(line, kUp, rates.up);
    read_line(line, kDown, rates.down);
    if (line == kPolite) rates.polite = true;
  });
  if (!read) return read.error();
  return rates;
}

Status save_rates(const std::string& file, const SavedRates& rates) {
  std::string text(kFirstLine);
  text += '\n';
  text.append(kUp).append(std::to_string(rates.up)) += '\n';
  text.append(kDown).append(std::to_string(rates.down)) += '\n';
  if (rates.polite) text.append(kPolite) += '\n';
  return replace_file(file, bytes_of(text), S_IRUSR | S_IWUSR);
}

}  // namespace freshet::store
