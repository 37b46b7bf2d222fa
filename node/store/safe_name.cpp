#include "node/store/safe_name.h"

#include "node/base/check.h"

namespace freshet::store {

namespace {

/// What counts as an extension, dot included; a longer tail is part of the name.
constexpr std::size_t kMaxExtension = 16;

unsigned byte_at(std::string_view text, std::size_t i) {
  return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
}

/// Length of a UTF-8 sequence at `i` that must not reach a disk or a terminal: C1 controls (U+0080
/// to U+009F), and what turns the direction of text (U+200E, U+200F, U+202A to U+202E, U+2066 to
/// U+2069), with which "gpj.exe" is made to look like a picture. 0: harmless.
std::size_t harmful_sequence(std::string_view text, std::size_t i) {
  const unsigned a = byte_at(text, i);
  const unsigned b = byte_at(text, i + 1);
  const unsigned c = byte_at(text, i + 2);
  if (a == 0xC2 && b >= 0x80 && b <= 0x9F) return 2;
  if (a != 0xE2) return 0;
  if (b == 0x80 && (c == 0x8E || c == 0x8F || (c >= 0xAA && c <= 0xAE))) return 3;
  if (b == 0x81 && c >= 0xA6 && c <= 0xA9) return 3;
  return 0;
}

std::string without_harmful_bytes(std::string_view name) {
  std::string safe;
  for (std::size_t i = 0; i < name.size();) {
    const std::size_t harmful = harmful_sequence(name, i);
    const unsigned byte = byte_at(name, i);
    const bool forbidden =
        harmful > 0 || byte < 0x20 || byte == 0x7F || byte == '/' || byte == '\\';
    safe += forbidden ? '_' : name[i];
    i += harmful > 0 ? harmful : 1;
  }
  return safe;
}

/// Where the extension starts; the size of the name when it has none.
std::size_t extension_start(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  const bool has = dot != std::string_view::npos && dot > 0 && name.size() - dot <= kMaxExtension;
  return has ? dot : name.size();
}

/// The first bytes of `text`, at most `size`, not cut inside a UTF-8 sequence.
std::string_view shortened(std::string_view text, std::size_t size) {
  if (text.size() <= size) return text;
  std::size_t end = size;
  while (end > 0 && size - end < 4 && (byte_at(text, end) & 0xC0U) == 0x80U) --end;
  if ((byte_at(text, end) & 0xC0U) == 0x80U) end = size;  // not UTF-8 anyway
  return text.substr(0, end);
}

std::string fitted(std::string_view name, std::string_view inserted) {
  const std::size_t dot = extension_start(name);
  const std::string_view extension = name.substr(dot);
  std::string result(
      shortened(name.substr(0, dot), kMaxNameBytes - extension.size() - inserted.size()));
  return result.append(inserted).append(extension);
}

}  // namespace

std::string safe_file_name(std::string_view name, const ContentId& content) {
  std::string safe = without_harmful_bytes(name);
  safe.erase(0, safe.find_first_not_of(". -"));
  safe.erase(safe.find_last_not_of(' ') + 1);
  if (safe.empty()) return content.hex();
  safe = fitted(safe, {});
  safe.erase(safe.find_last_not_of(' ') + 1);  // the cut may have left one at the end
  return safe;
}

std::string numbered_file_name(std::string_view name, unsigned number) {
  FRESHET_CHECK(!name.empty() && name.size() <= kMaxNameBytes);
  if (number <= 1) return std::string(name);
  return fitted(name, " (" + std::to_string(number) + ")");
}

}  // namespace freshet::store
